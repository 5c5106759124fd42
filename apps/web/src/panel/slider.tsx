import type { VNode } from "preact";
import { useId } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { IconButton } from "../ui/icon-button.tsx";
import type { SliderField } from "./sampling-fields.ts";

interface SliderProps {
  readonly field: SliderField;
  readonly label: string;
  readonly help: string;
  /** Undefined is the model's default. */
  readonly value: number | undefined;
  readonly modelDefault: number | undefined;
  readonly onChange: (value: number | undefined) => void;
}

export function Slider({ field, label, help, value, modelDefault, onChange }: SliderProps): VNode {
  const { t } = useApp();
  const id = useId();
  const text = t.value.panel;
  const shown = value ?? modelDefault ?? field.start;
  const share = (Math.min(field.max, Math.max(field.min, shown)) - field.min) / (field.max - field.min);
  const number = String(Number(shown.toFixed(2)));
  const told = value === undefined ? text.modelDefault : number;
  return (
    <div class={`setting ${value === undefined ? "default" : ""}`}>
      <div class="setting-head">
        <label for={id}>{label}</label>
        {value !== undefined && (
          <IconButton icon="again" label={text.reset(label)} onClick={() => onChange(undefined)} />
        )}
        <span class="setting-value" aria-hidden="true">
          {value === undefined && modelDefault !== undefined ? `${number} · ${text.modelDefault}` : told}
        </span>
      </div>
      <input
        id={id}
        type="range"
        min={field.min}
        max={field.max}
        step={field.step}
        value={shown}
        aria-valuetext={told}
        title={help}
        style={{ "--share": `${share * 100}%` }}
        onInput={(event) => onChange(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}
