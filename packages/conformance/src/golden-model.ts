import { compile } from "@engine/compiler";
import {
  type Activations,
  type Architecture,
  type Backend,
  type CacheDType,
  type CaptureOptions,
  type ConfigReader,
  capture,
  configReader,
  EngineError,
  type Plan,
  type Program,
  type Residency,
  type StateStore,
  type WeightSource,
  type WeightStore,
} from "@engine/core";
import { openCheckpoint, readGgufAs } from "@engine/loader";
import { chunkEnd, type GivenEmbeddings, placeEmbeddings, Runner, type Sequence } from "@engine/runtime";

export interface GoldenModelOptions extends CaptureOptions {
  readonly backend: Backend;
  readonly residency?: Residency;
  /** Keys of config.json that are to be read otherwise. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Streams the weights through memory for this share of their bytes, instead of a residency. */
  readonly share?: number;
  readonly kv?: CacheDType;
  readonly activations?: Activations;
  readonly threads?: number;
  /** Blocks of 16 places in each cache group; 48 unless told. */
  readonly blocks?: number;
}

/** Rows of a text that one step takes; `prompt` is the whole prompt's length while they are prompt text. */
export interface Part {
  readonly tokens: readonly number[];
  readonly prompt?: number;
  /** Those of the whole prompt, at their places of it. */
  readonly embeddings?: readonly GivenEmbeddings[];
}

/** A golden's model on a device, for steps written by hand. */
export interface GoldenModel {
  readonly program: Program;
  readonly weights: WeightStore;
  readonly vocab: number;
  readonly runner: Runner;
  readonly plan: Plan;
  readonly state: StateStore;
  /** One step with the next rows of each text. Gives the logits [rows, vocab] of each text's wanted rows. */
  step(
    parts: readonly (readonly [Sequence, Part, wanted?: "none" | "last" | "all"])[],
  ): Promise<Float32Array[]>;
  /** A text in pieces [begin, end) of so many rows; less before an image that would be cut, more where one is longer. */
  pieces(part: Part, size: number): readonly (readonly [begin: number, end: number])[];
  /** The text read by itself in such pieces: logits of all rows [rows, vocab]. */
  read(sequence: Sequence, part: Part, size?: number): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Slots are for families with recurrent state. */
const SIZE = { blockTokens: 16, slots: 16 };
const LIMITS = { maxTokens: 256, maxRows: 256, maxSequences: 8 };

/** A folder in transformers' layout, or a GGUF file. */
async function openWith<C>(
  architecture: Architecture<C>,
  path: string,
  changes: GoldenModelOptions["config"],
): Promise<{ readonly config: ConfigReader; readonly source: WeightSource }> {
  const { config, configPath, source, gguf } = await openCheckpoint(path);
  if (!gguf) return { config: configReader({ ...(config as object), ...changes }, configPath), source };
  if (architecture.gguf) return readGgufAs(architecture.gguf, gguf);
  throw new EngineError("unsupported", `${path}: ${architecture.name} says nothing of GGUF.`);
}

export async function openGoldenModel<C>(
  architecture: Architecture<C>,
  folder: string,
  {
    backend,
    share,
    kv = "f32",
    threads,
    taps,
    blocks = 48,
    config,
    activations,
    ...options
  }: GoldenModelOptions,
): Promise<GoldenModel> {
  const { config: reader, source } = await openWith(architecture, folder, config);
  const parsed = architecture.parse(reader);
  const graph = capture(architecture, parsed, source, taps ? { taps } : {});
  const device = await backend.open(threads ? { threads } : {});
  const budget = share && Math.ceil(share * bytesOf(source));
  const residency = budget ? { stream: { budget } } : (options.residency ?? "auto");
  const limits = { ...LIMITS, ...(budget && { maxBinding: Math.ceil(budget / 8) }) };
  const program = compile(graph, source, device, { ...limits, kv, activations });
  const groups = new Set(program.caches.map(({ group }) => group)).size;
  const size = { ...SIZE, blocks: new Array<number>(groups).fill(blocks) };
  const weights = await device.weights(source, program.weights, residency);
  const state = await device.state(program, size);
  const plan = await device.plan(program, weights, state);
  const runner = new Runner(program, plan, size);
  const vocab = program.outputs.logits![1] as number;

  const placed = ({ embeddings = [], prompt = 0 }: Part) =>
    placeEmbeddings(embeddings, { program, before: 0, length: prompt });

  const model: GoldenModel = {
    program,
    weights,
    vocab,
    runner,
    plan,
    state,
    async step(parts) {
      const work = parts.map(([sequence, part, wanted = "all"]) => ({
        sequence,
        tokens: part.tokens,
        wanted,
        embeddings: placed(part),
        ...(part.prompt !== undefined && { promptLength: part.prompt }),
      }));
      await runner.run(work, {});
      let row = 0;
      const out: Float32Array[] = [];
      for (const { tokens, wanted } of work) {
        const rows = wanted === "all" ? tokens.length : wanted === "last" ? 1 : 0;
        const logits = new Float32Array(rows * vocab);
        for (let i = 0; i < rows; i++) await plan.logits(row++, logits.subarray(i * vocab, (i + 1) * vocab));
        out.push(logits);
      }
      return out;
    },
    pieces(part, size) {
      const images = placed(part);
      const found: [number, number][] = [];
      for (let begin = 0, end = 0; begin < part.tokens.length; begin = end) {
        const image = images.find((one) => one.whole && one.begin === begin);
        const most = Math.min(Math.max(begin + size, image?.end ?? 0), part.tokens.length);
        end = chunkEnd(begin, most, images);
        found.push([begin, end]);
      }
      return found;
    },
    async read(sequence, part, size = part.tokens.length) {
      const all = new Float32Array(part.tokens.length * vocab);
      for (const [begin, end] of model.pieces(part, size)) {
        const [rows] = await model.step([[sequence, { ...part, tokens: part.tokens.slice(begin, end) }]]);
        all.set(rows!, begin * vocab);
      }
      return all;
    },
    async close() {
      await plan.dispose();
      await state.dispose();
      await weights.dispose();
      await source.close();
      await device.close();
    },
  };
  return model;
}

/** Of all weights, as stored. */
function bytesOf(source: WeightSource): number {
  let bytes = 0;
  for (const name of source.names())
    for (const part of Object.values(source.describe(name)!.parts)) bytes += part.bytes;
  return bytes;
}
