import { EngineError, type Program, SEQUENCE, type StateSize, type StepInput } from "@engine/core";

/** Throws `bad-option` when a step's arrays do not fit each other, the program or the state's blocks. */
export function checkStep(
  step: StepInput,
  program: Program,
  { blockTokens, blocks, slots = 0 }: StateSize,
): void {
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
  for (const { group } of program.caches) {
    const table = step.tables[group];
    if (!table || table.length % count !== 0)
      fail(`the block table of group ${group} is missing or does not have ${count} rows.`);
  }
  let row = 0;
  for (let s = 0; s < count; s++) {
    const at = s * SEQUENCE.stride;
    const rows = step.sequences[at + SEQUENCE.rows]!;
    if (step.sequences[at + SEQUENCE.firstRow] !== row || rows < 1)
      fail(`sequence ${s} must begin at row ${row} and have rows.`);
    row += rows;
    const cached = step.sequences[at + SEQUENCE.cached]!;
    const [read, written] = [
      step.sequences[at + SEQUENCE.slotRead]!,
      step.sequences[at + SEQUENCE.slotWritten]!,
    ];
    if (program.states.length > 0 && (read >= slots || written < 0 || written >= slots || read === written))
      fail(
        `sequence ${s} reads slot ${read} and writes slot ${written}; they must differ, and there are ${slots}.`,
      );
    if (cached < 0) fail(`sequence ${s} has a cached length of ${cached}.`);
    for (const { group, window = Number.POSITIVE_INFINITY } of program.caches) {
      const table = step.tables[group]!;
      const width = table.length / count;
      if (width * blockTokens < cached + rows)
        fail(`sequence ${s} has ${cached + rows} places, but its block table holds fewer.`);
      // Blocks wholly behind the window are not read.
      const first = Math.floor(Math.max(0, cached - window + 1) / blockTokens);
      for (let i = first; i * blockTokens < cached + rows; i++) {
        const block = table[s * width + i]!;
        if (block < 0 || block >= blocks[group]!)
          fail(`sequence ${s} needs a block at entry ${i} of group ${group}, but there stands ${block}.`);
      }
    }
  }
  if (step.media && step.media.length !== tokens) fail("media must have one entry for each token.");
  checkEmbeddings(step, program, fail);
  if (row !== tokens) fail(`the sequences have ${row} rows, but there are ${tokens} tokens.`);
  for (const use of program.graph.nodes) {
    if (use.op.name !== "gather" || use.inputs[1]!.attrs.name !== "tokens") continue;
    const size = use.inputs[0]!.shape[0] as number;
    const bad = step.tokens.find((id) => id < 0 || id >= size);
    if (bad !== undefined) fail(`token ${bad} is outside the vocabulary of ${size}.`);
  }
}

function checkEmbeddings(
  { embeddings, tokens }: StepInput,
  { graph }: Program,
  fail: (text: string) => never,
): void {
  if (!embeddings) return;
  const { rows, values } = embeddings;
  const taker = graph.nodes.find(({ op }) => op.name === "overlay");
  if (!taker) fail("the program takes no embeddings.");
  const width = Number(taker?.shape[1]);
  if (values.length !== rows.length * width)
    fail(
      `${rows.length} embeddings of ${width} numbers are expected, but there are ${values.length} numbers.`,
    );
  rows.forEach((token, i) => {
    if (token < 0 || token >= tokens.length || (i > 0 && token <= rows[i - 1]!))
      fail(`rows of embeddings must ascend from 0 to ${tokens.length - 1}, but entry ${i} is ${token}.`);
  });
}
