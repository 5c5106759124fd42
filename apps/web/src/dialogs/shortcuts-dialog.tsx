import type { VNode } from "preact";
import { useApp } from "../app/app.ts";
import { modifierName, SHORTCUTS } from "../app/shortcuts.ts";
import { Dialog } from "../ui/dialog.tsx";

export function ShortcutsDialog(): VNode {
  const { t, dialog } = useApp();
  const text = t.value.shortcuts;
  const modifier = modifierName(navigator.userAgent);
  const rows: [string, readonly string[]][] = [
    [text.send, ["Enter"]],
    [text.newline, ["Shift", "Enter"]],
    [text.stop, ["Esc"]],
    [text.editLast, ["↑"]],
    ...SHORTCUTS.map(({ name, keys }): [string, readonly string[]] => [
      text[name],
      keys.map((key) => (key === "Mod" ? modifier : key)),
    ]),
  ];
  return (
    <Dialog
      title={text.title}
      onClose={() => {
        dialog.value = undefined;
      }}
    >
      <dl class="shortcuts">
        {rows.map(([name, keys]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
