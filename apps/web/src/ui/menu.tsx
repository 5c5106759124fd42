import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Icon, type IconName } from "./icon.tsx";
import { IconButton } from "./icon-button.tsx";

export interface MenuItem {
  readonly label: string;
  readonly icon: IconName;
  readonly onSelect: () => void;
  readonly danger?: boolean;
}

/** A button that opens a list of actions; arrows move in it, Escape and a click elsewhere close it. */
export function Menu({
  label,
  items,
}: {
  readonly label: string;
  readonly items: readonly MenuItem[];
}): VNode {
  const open = useSignal(false);
  const element = useRef<HTMLDivElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open.value) return;
    element.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
    const closeOutside = (event: Event): void => {
      if (!element.current?.contains(event.target as Node)) open.value = false;
    };
    document.addEventListener("pointerdown", closeOutside);
    return () => document.removeEventListener("pointerdown", closeOutside);
  }, [open.value]);

  function close(): void {
    open.value = false;
    element.current?.querySelector<HTMLElement>("button")?.focus();
  }

  function move(event: KeyboardEvent): void {
    const entries = [...(element.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
    const at = entries.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + entries.length, Home: 0, End: entries.length - 1 }[
      event.key
    ];
    if (to !== undefined) entries[to % entries.length]?.focus();
    else if (event.key === "Escape") close();
    else if (event.key === "Tab") open.value = false;
    if (to === undefined && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <div class={`menu ${open.value ? "open" : ""}`} ref={element}>
      <IconButton
        icon="more"
        label={label}
        expanded={open.value}
        controls={id}
        onClick={() => {
          open.value = !open.value;
        }}
      />
      {open.value && (
        <div role="menu" id={id} aria-label={label} tabIndex={-1} onKeyDown={move}>
          {items.map((item) => (
            <button
              key={item.label}
              type="button"
              role="menuitem"
              tabIndex={-1}
              class={item.danger ? "danger" : undefined}
              onClick={() => {
                close();
                item.onSelect();
              }}
            >
              <Icon name={item.icon} />
              {item.label}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
