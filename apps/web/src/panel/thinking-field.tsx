import type { VNode } from "preact";
import { useApp } from "../app/app.ts";
import { Choice } from "../ui/choice.tsx";

interface ThinkingFieldProps {
  readonly value: boolean | undefined;
  readonly onChange: (value: boolean | undefined) => void;
}

/** Whether a model that can think does so before it answers. */
export function ThinkingField({ value, onChange }: ThinkingFieldProps): VNode {
  const { t } = useApp();
  const text = t.value.panel;
  const names = { default: text.modelDefault, on: text.thinkingOn, off: text.thinkingOff };
  const current = value === undefined ? "default" : value ? "on" : "off";
  return (
    <Choice
      label={text.thinking}
      options={names}
      value={current}
      onChange={(name) => onChange(name === "default" ? undefined : name === "on")}
    />
  );
}
