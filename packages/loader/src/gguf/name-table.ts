/**
 * Names of a GGUF file's tensors to those a family reads. Keys and values are whole names, or leave out the last
 * word ("weight", "bias"), which is then kept. `{i}` stands for a number (a layer's). A value with `{row}` makes
 * each entry along axis 0 a weight of its own.
 */
export type NameTable = Readonly<Record<string, string>>;

/** What one of the file's tensors is called, and which of its rows is meant; its own name where the table is silent. */
export function weightNames(
  name: string,
  shape: readonly number[],
  table: NameTable,
): readonly (readonly [name: string, row?: number])[] {
  const numbers = name.match(/(?<=\.)\d+(?=\.|$)/g) ?? [];
  const pattern = name.replace(/(?<=\.)\d+(?=\.|$)/, "{i}");
  const dot = pattern.lastIndexOf(".");
  const whole = own(table, pattern);
  const stem = dot < 0 ? undefined : own(table, pattern.slice(0, dot));
  const found = whole ?? (stem && stem + pattern.slice(dot));
  if (found === undefined) return [[name]];
  const target = found.replace("{i}", numbers[0] ?? "{i}");
  if (!target.includes("{row}")) return [[target]];
  return Array.from({ length: shape[0] ?? 0 }, (_, row) => [target.replace("{row}", String(row)), row]);
}

function own(table: NameTable, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
