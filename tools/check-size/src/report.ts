import type { MeasuredFile, MeasuredPackage } from "./measure.ts";

/** Above this a file is named; above the limit the check fails. */
const LONG = 250;
const LIMIT = 400;

export interface SizeReport {
  readonly table: string;
  /** Files that should be divided soon, longest first. */
  readonly long: readonly MeasuredFile[];
  /** Files that must be divided now, longest first. */
  readonly tooLong: readonly MeasuredFile[];
}

/** Lines of source per package, and how long files are. */
export function report(packages: readonly MeasuredPackage[]): SizeReport {
  const measured = packages.filter(({ files }) => files.length > 0);
  const all = measured.flatMap(({ files }) => files);
  const rows = [...measured, { folder: "all", files: all }].map(({ folder, files }) => row(folder, files));
  const header = ["", "files", "lines", "median", "p90", "max"];
  const byLength = [...all].sort((a, b) => b.lines - a.lines);
  return {
    table: align([header, ...rows]),
    long: byLength.filter(({ lines }) => lines > LONG && lines <= LIMIT),
    tooLong: byLength.filter(({ lines }) => lines > LIMIT),
  };
}

function row(folder: string, files: readonly MeasuredFile[]): string[] {
  const lines = files.map((file) => file.lines).sort((a, b) => a - b);
  const total = lines.reduce((sum, one) => sum + one, 0);
  return [folder, ...[lines.length, total, rank(lines, 0.5), rank(lines, 0.9), rank(lines, 1)].map(String)];
}

/** The smallest value that at least this share of the sorted values does not exceed. */
function rank(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

function align(rows: readonly (readonly string[])[]): string {
  const widths =
    rows[0]?.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0))) ?? [];
  return rows
    .map((cells) =>
      cells
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join("  "),
    )
    .join("\n");
}
