import type { VNode } from "preact";

interface MeterProps {
  readonly label: string;
  /** What a screen reader says instead of the bare number. */
  readonly text: string;
  /** 0 to 1; undefined while nothing is known, which moves. */
  readonly share: number | undefined;
  readonly kind: "progress" | "meter";
  readonly tone?: "accent" | "warning";
}

/** A bar that shows a share of a whole. */
export function Meter({ label, text, share, kind, tone = "accent" }: MeterProps): VNode {
  const known = share === undefined ? undefined : Math.min(1, Math.max(0, share));
  const aria = {
    role: kind === "progress" ? "progressbar" : "meter",
    "aria-label": label,
    "aria-valuemin": 0,
    "aria-valuemax": 100,
    "aria-valuenow": known === undefined ? undefined : Math.round(known * 100),
    "aria-valuetext": text,
  } as const;
  return (
    <div class={`meter ${tone} ${known === undefined ? "unknown" : ""}`} {...aria}>
      <span style={{ width: `${(known ?? 0.3) * 100}%` }} />
    </div>
  );
}
