import type { VNode } from "preact";
import { useId } from "preact/hooks";
import { useApp } from "../app/app.ts";

interface NumberFieldProps {
  readonly label: string;
  readonly help: string;
  readonly min: number;
  readonly value: number | undefined;
  readonly onChange: (value: number | undefined) => void;
}

/** A whole number that may be left empty. */
export function NumberField({ label, help, min, value, onChange }: NumberFieldProps): VNode {
  const { t } = useApp();
  const id = useId();
  return (
    <div class="setting number">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        inputMode="numeric"
        min={min}
        step={1}
        placeholder={t.value.panel.modelDefault}
        title={help}
        value={value ?? ""}
        onChange={(event) => {
          const typed = event.currentTarget.valueAsNumber;
          onChange(Number.isInteger(typed) && typed >= min ? typed : undefined);
          if (!Number.isInteger(typed) || typed < min) event.currentTarget.value = "";
        }}
      />
    </div>
  );
}
