export interface TableOptions {
  /** Columns of numbers, which stand to the right. */
  readonly right?: readonly number[];
}

/** Rows as lines of aligned columns, two spaces apart, each ending in a line break. */
export function table(rows: readonly (readonly string[])[], { right = [] }: TableOptions = {}): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) =>
    Math.max(...rows.map((row) => (row[i] ?? "").length)),
  );
  return rows
    .map((row) => {
      const cells = row.map((cell, i) =>
        right.includes(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!),
      );
      return `${cells.join("  ").trimEnd()}\n`;
    })
    .join("");
}
