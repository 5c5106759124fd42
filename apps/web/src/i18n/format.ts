import type { Language } from "./i18n.ts";

/** Numbers, sizes and times as a language writes them. */
export interface Format {
  /** 12,345 */
  readonly whole: (value: number) => string;
  /** 23.4 below 100, 123 above. */
  readonly rate: (value: number) => string;
  /** 1.5 GB; powers of 1000, as disks and hubs count. */
  readonly bytes: (value: number) => string;
  /** 0.31s, 12s, 3m */
  readonly duration: (ms: number) => string;
  /** 751M, 7.2B */
  readonly parameters: (value: number) => string;
  readonly percent: (share: number) => string;
  readonly time: (at: number) => string;
}

const BYTES = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

/** The formats of one language. */
export function formats(language: Language): Format {
  const number = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(language, options);
  const whole = number({ maximumFractionDigits: 0 });
  const one = number({ minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const percent = number({ style: "percent", maximumFractionDigits: 0 });
  const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });
  const time = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  const unit = (value: number, name: string, digits: number): string => {
    const unitDisplay = name.endsWith("byte") ? "short" : "narrow";
    return number({ style: "unit", unit: name, unitDisplay, maximumFractionDigits: digits }).format(value);
  };
  return {
    whole: (value) => whole.format(value),
    rate: (value) => (value < 100 ? one : whole).format(value),
    bytes(value) {
      const power = value < 1000 ? 0 : Math.min(BYTES.length - 1, Math.floor(Math.log10(value) / 3));
      const scaled = value / 1000 ** power;
      return unit(scaled, BYTES[power] as string, power > 0 && scaled < 100 ? 1 : 0);
    },
    duration(ms) {
      if (ms < 10_000) return unit(ms / 1000, "second", ms < 1000 ? 2 : 1);
      if (ms < 90_000) return unit(Math.round(ms / 1000), "second", 0);
      return ms < 5_400_000 ? unit(Math.round(ms / 60_000), "minute", 0) : unit(ms / 3_600_000, "hour", 1);
    },
    parameters: (value) => compact.format(value),
    percent: (share) => percent.format(share),
    time: (at) => time.format(at),
  };
}
