import { EngineError, type Program, SEQUENCE, type StepInput } from "@engine/core";

/** Throws `bad-option` when a step's arrays do not fit each other or the program. */
export function checkStep(step: StepInput, program: Program, blockTokens: number): void {
  const fail = (text: string): never => {
    throw new EngineError("bad-option", `step: ${text}`);
  };
  const { maxTokens, maxRows, maxSequences } = program.options;
  const tokens = step.tokens.length;
  const count = step.sequences.length / SEQUENCE.stride;
  if (tokens === 0 || tokens > maxTokens) fail(`${tokens} tokens; the program takes 1 to ${maxTokens}.`);
  if (step.wanted.length > maxRows)
    fail(`${step.wanted.length} wanted rows; the program takes at most ${maxRows}.`);
  if (!Number.isInteger(count) || count === 0 || count > maxSequences)
    fail(`${count} sequences; the program takes 1 to ${maxSequences}.`);
  if (step.positions.length !== tokens || step.extents.length !== tokens)
    fail("positions and extents must have one entry for each token.");
  step.wanted.forEach((row, i) => {
    if (row < 0 || row >= tokens || (i > 0 && row <= step.wanted[i - 1]!))
      fail(`wanted rows must ascend from 0 to ${tokens - 1}, but entry ${i} is ${row}.`);
  });
  for (const group of new Set(program.caches.map((cache) => cache.group))) {
    if ((step.tables[group]?.length ?? -1) % count !== 0)
      fail(`the block table of group ${group} is missing or does not have ${count} rows.`);
  }
  let row = 0;
  for (let s = 0; s < count; s++) {
    const at = s * SEQUENCE.stride;
    const rows = step.sequences[at + SEQUENCE.rows]!;
    if (step.sequences[at + SEQUENCE.firstRow] !== row || rows < 1)
      fail(`sequence ${s} must begin at row ${row} and have rows.`);
    row += rows;
    const places = step.sequences[at + SEQUENCE.cached]! + rows;
    for (const table of step.tables) {
      if ((table.length / count) * blockTokens < places)
        fail(`sequence ${s} has ${places} places, but its block table holds fewer.`);
    }
  }
  if (row !== tokens) fail(`the sequences have ${row} rows, but there are ${tokens} tokens.`);
  for (const use of program.graph.nodes) {
    if (use.op.name !== "gather" || use.inputs[1]!.attrs.name !== "tokens") continue;
    const size = use.inputs[0]!.shape[0] as number;
    const bad = step.tokens.find((id) => id < 0 || id >= size);
    if (bad !== undefined) fail(`token ${bad} is outside the vocabulary of ${size}.`);
  }
}
