import { compile } from "@engine/compiler";
import { type CompileOptions, EngineError, type Program, type Residency, type StateSize } from "@engine/core";
import { defaultKv } from "./default-kv.ts";
import { defined } from "./defined.ts";
import { longestBlock } from "./given-embeddings.ts";
import { type ModelMemory, megabytes, modelMemory } from "./model-memory.ts";
import { planState } from "./state-size.ts";
import { type TextModelOptions, textModelDefaults } from "./text-model-options.ts";

/** All that is decided about a model before any of its weights is read. */
export interface TextModelPlan {
  readonly program: Program;
  readonly residency: Residency;
  /** Most tokens of one text, and how many texts of that length there is room for. */
  readonly context: number;
  readonly sessions: number;
  readonly size: StateSize;
  readonly memory: ModelMemory;
}

export type PlanOptions = Pick<
  TextModelOptions,
  | "name"
  | "graph"
  | "source"
  | "device"
  | "residency"
  | "memoryBudget"
  | "processBytes"
  | "io"
  | "reader"
  | "kv"
  | "activations"
  | "modelContext"
  | "context"
  | "sessions"
  | "stateBudget"
  | "maxTokens"
  | "maxRows"
  | "blockTokens"
  | "maxSequences"
>;

/** Keys and values get at most this part of the memory. */
const STATE_SHARE = 1 / 4;
/** Reads in flight share the ring with what is being multiplied: each may have this part of the budget. */
const READ_SHARE = 1 / 32;
const LEAST_READ = 256 * 1024;
const MOST_READ = 32 * 2 ** 20;
/** Where a budget is too small for a step's memory, prompts are read in smaller chunks, down to this many rows. */
const LEAST_ROWS = 32;
/** How exactly the least budget that works is told. */
const EXACTLY = 2 ** 20;
const MOST_MEMORY = 2 ** 44;
/** What a smaller share for weights costs elsewhere is known after some rounds. */
const TRIES = 8;
/** How much of a budget is tried next where it does not work, though a smaller one does. */
const LESS = 0.97;

/**
 * Where weights live, how long a text may be, and the memory all of it takes. Within a budget, weights are in memory when they
 * fit beside a step and the caches, else streamed through what these leave. Throws `out-of-memory`, which says the least
 * budget that works, and what `compile` throws.
 */
export function planTextModel(options: PlanOptions): TextModelPlan {
  const { name, memoryBudget, processBytes = 0 } = options;
  if (memoryBudget === undefined) return planned(options, { residency: options.residency ?? "auto" });
  const room = memoryBudget - processBytes;
  const found = withinBudget(options, room);
  if (!EngineError.isInstance(found)) return found;
  const least = leastBudget(options);
  // Weights in other parts take other memory: a little less may work where more does not.
  for (let less = room; least !== undefined && least <= room; less *= LESS) {
    const plan = withinBudget(options, Math.max(less, least));
    if (!EngineError.isInstance(plan)) return plan;
  }
  const own = processBytes > 0 ? `, of which the process itself takes ${megabytes(processBytes)}` : "";
  throw new EngineError(
    "out-of-memory",
    `${name}${options.context === undefined ? "" : ` with a context of ${options.context} tokens`} does not fit a memory budget of ${megabytes(memoryBudget)}. The least that works is ${least === undefined ? "more than there is" : megabytes(least + processBytes)}${own}. ` +
      "Give a larger budget, a shorter context, or a model of smaller weights.",
    { cause: found },
  );
}

/** The plan for what a model may take, or why there is none. */
function withinBudget(options: PlanOptions, room: number): TextModelPlan | EngineError {
  let why = new EngineError("out-of-memory", "Nothing is left for the model.");
  if (room <= 0) return why;
  for (const maxTokens of rowsToTry(options)) {
    try {
      return fitted({ ...options, maxTokens }, room);
    } catch (error) {
      if (!EngineError.isInstance(error) || error.code !== "out-of-memory") throw error;
      why = error;
    }
  }
  return why;
}

function fitted(options: PlanOptions, room: number): TextModelPlan {
  const stateBudget = Math.min(options.stateBudget ?? Number.POSITIVE_INFINITY, room * STATE_SHARE);
  const wish = { ...options, stateBudget };
  const whole = planned(wish, { residency: "auto" });
  if (whole.memory.model <= room) return whole;
  const stream = (budget: number): TextModelPlan => {
    if (budget <= 0) throw new EngineError("out-of-memory", "Nothing is left for weights.");
    const { io, reader } = options;
    const how = { ...(io && { io }), ...(reader && { reader }) };
    return planned(wish, { residency: { stream: { budget: Math.floor(budget), ...how } } });
  };
  // Weights in smaller parts need more of a step's memory.
  let budget = room - whole.memory.state - whole.memory.activations;
  for (let tries = 0; tries < TRIES; tries++) {
    const plan = stream(budget);
    const over = plan.memory.model - room;
    if (over <= 0) return plan;
    budget -= over;
  }
  throw new EngineError("out-of-memory", "No share of the memory for weights leaves enough for a step.");
}

function planned(options: PlanOptions, { residency }: { readonly residency: Residency }): TextModelPlan {
  const { graph, source, device } = options;
  const { maxRows, maxSequences, activations, blockTokens, kv } = {
    ...textModelDefaults,
    kv: defaultKv(graph),
    ...defined(options),
  };
  const maxTokens = rowsToTry(options)[0]!;
  const compileOptions: CompileOptions = {
    maxTokens,
    maxRows: Math.min(maxRows, maxTokens),
    maxSequences,
    kv,
    activations,
    ...largestRead(residency),
  };
  const program = compile(graph, source, device, compileOptions);
  const { bytes, ...state } = planState({
    caches: program.caches,
    states: program.states,
    blockTokens,
    maxTokens,
    budget: options.stateBudget ?? device.info.memoryBytes * STATE_SHARE,
    modelContext: options.modelContext,
    context: options.context,
    sessions: options.sessions,
    maxSequences,
  });
  const weights = device.weightBytes(source, program.weights, residency);
  const memory = modelMemory(program, {
    weights,
    state: bytes,
    process: options.processBytes ?? 0,
  });
  return { program, residency, ...state, memory };
}

/** Most rows of a step, first as asked; rows of an image that see each other lie in one step. */
function rowsToTry({ maxTokens, graph, memoryBudget }: PlanOptions): number[] {
  const image = longestBlock(graph);
  const rows = [maxTokens ?? Math.max(textModelDefaults.maxTokens, image)];
  if (maxTokens !== undefined || memoryBudget === undefined) return rows;
  while (rows.at(-1)! / 2 >= Math.max(LEAST_ROWS, image)) rows.push(rows.at(-1)! / 2);
  return rows;
}

/** The most bytes of a weight that are read in one go; any where nothing is streamed. */
function largestRead(residency: Residency): { readonly maxBinding?: number } {
  if (typeof residency !== "object") return {};
  const part = Math.ceil(residency.stream.budget * READ_SHARE);
  return { maxBinding: Math.min(Math.max(part, LEAST_READ), MOST_READ) };
}

/** Bytes a model must be given at least; undefined where none help. */
function leastBudget(options: PlanOptions): number | undefined {
  const least = { ...options, maxTokens: rowsToTry(options).at(-1)! };
  const works = (room: number): boolean => !EngineError.isInstance(withinBudget(least, room));
  let enough = EXACTLY;
  while (!works(enough)) {
    if (enough > MOST_MEMORY) return undefined;
    enough *= 2;
  }
  let tooSmall = enough / 2;
  while (enough - tooSmall > EXACTLY) {
    const middle = Math.round((tooSmall + enough) / 2 / EXACTLY) * EXACTLY;
    if (works(middle)) enough = middle;
    else tooSmall = middle;
  }
  return enough;
}
