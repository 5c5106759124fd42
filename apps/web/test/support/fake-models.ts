import type { ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { json } from "./fake-server.ts";

interface FakeModel {
  readonly id: string;
  readonly bytes: number;
  readonly architecture: string;
  readonly parameters: number;
  readonly encoding: string;
  readonly context: number;
  state: "unloaded" | "loading" | "loaded";
  readonly deletable: boolean;
  /** It was quantized here. */
  readonly copy?: boolean;
  readonly backend?: string;
  readonly thinking?: boolean;
  readonly missing?: readonly string[];
  readonly error?: string;
  readonly notes?: readonly string[];
}

type Routes = (url: URL, body: Record<string, unknown>, response: ServerResponse) => Promise<boolean>;

/** The management routes over some made-up models. */
export function createFakeModels(models: FakeModel[] = someModels()): Routes {
  const find = (id: unknown): FakeModel => {
    const found = models.find((model) => model.id === id);
    if (!found) throw new Error(`no model ${id}`);
    return found;
  };
  const remove = (id: unknown): void => {
    models = models.filter((model) => model.id !== id);
  };
  return async ({ pathname, searchParams }, body, response) => {
    switch (pathname) {
      case "/engine/status":
        json(response, 200, status(models));
        return true;
      case "/engine/models":
        json(response, 200, { models: models.map(info) });
        return true;
      case "/engine/models/describe":
        json(response, 200, description(find(searchParams.get("model"))));
        return true;
      case "/engine/models/load": {
        const model = find(body.model);
        if (model.error) {
          json(response, 507, { error: { message: model.error, code: "out_of_memory" } });
          return true;
        }
        model.state = "loading";
        await wait(400);
        model.state = "loaded";
        json(response, 200, info(model));
        return true;
      }
      case "/engine/models/unload":
        find(body.model).state = "unloaded";
        json(response, 200, info(find(body.model)));
        return true;
      case "/engine/models/delete":
        if (body.token === undefined) json(response, 200, { model: body.model, confirm: { token: "t" } });
        else {
          remove(body.model);
          json(response, 200, { model: body.model, deleted: true });
        }
        return true;
      case "/engine/models/pull":
        await pull(String(body.id), response, () => models.push(pulled(String(body.id))));
        return true;
      case "/engine/models/quantize":
        await pull(String(body.name), response, () =>
          models.push({
            ...find(body.model),
            id: String(body.name),
            state: "unloaded",
            encoding: "int4",
            copy: true,
          }),
        );
        return true;
      default:
        return false;
    }
  };
}

async function pull(id: string, response: ServerResponse, done: () => void): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const send = (event: string, data: object) =>
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  if (id.includes("nothing")) {
    send("error", { error: { message: `The hub has no model “${id}”. Check its name.`, code: "not_found" } });
    response.end();
    return;
  }
  const total = 1_503_300_328;
  const steps = id.includes("slow") ? 200 : 20;
  for (let step = 1; step <= steps && !response.destroyed; step++) {
    const arrived = Math.round((total * step) / steps);
    send("progress", {
      done: arrived,
      total,
      files: [],
      bytesPerSecond: 41_300_000,
      secondsLeft: (total - arrived) / 41.3e6,
    });
    await wait(25);
  }
  if (response.destroyed) return;
  done();
  send("done", { id, bytes: total });
  response.end();
}

function info(model: FakeModel): object {
  const { id, bytes, state, deletable, missing = [], error, architecture, context } = model;
  return {
    id,
    origin: deletable && !model.copy ? "hub" : "folder",
    state,
    bytes,
    deletable,
    missing,
    default: false,
    ...(state === "loading" && { progress: { done: 3, total: 8, what: "weights" } }),
    ...(error && { error }),
    ...(state === "loaded" && {
      loaded: {
        architecture,
        backend: model.backend ?? "cpu-simd",
        device: "AVX-512, 8 threads",
        deviceKind: "cpu",
        context,
        chat: true,
        thinking: model.thinking ?? false,
        memory: { weights: bytes, mapped: 0, state: Math.round(bytes * 0.18) },
        kv: { used: 40, total: 512, tokensPerBlock: 32 },
        sampling: { temperature: 0.6, topP: 0.95, topK: 20 },
        notes: model.notes ?? [],
      },
    }),
  };
}

function description({ id, architecture, parameters, encoding, bytes, context }: FakeModel): object {
  return {
    id,
    architecture,
    parameters,
    encodings: { f32: 1024, [encoding]: bytes },
    modelContext: context,
    activations: Math.round(bytes * 0.06),
  };
}

function status(models: readonly FakeModel[]): object {
  const used = models.filter(({ state }) => state === "loaded").reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    version: "0.1.0",
    ready: true,
    memory: { budget: 16_000_000_000, models: used * 1.18, rss: used * 1.24 + 180_000_000 },
    rates: { promptTokensPerSecond: 0, tokensPerSecond: 0 },
    management: { pull: true, delete: true, quantize: true },
  };
}

function pulled(id: string): FakeModel {
  return { ...(someModels()[1] as FakeModel), id };
}

export function someModels(): FakeModel[] {
  return [
    {
      id: "Qwen/Qwen3-0.6B",
      bytes: 1_503_300_328,
      architecture: "qwen",
      parameters: 596_049_920,
      encoding: "bf16",
      context: 4096,
      state: "loaded",
      deletable: true,
      thinking: true,
    },
    {
      id: "google/gemma-3n-E2B-it",
      bytes: 10_879_401_216,
      architecture: "gemma3n",
      parameters: 5_439_438_272,
      encoding: "bf16",
      context: 32_768,
      state: "unloaded",
      deletable: true,
    },
    {
      id: "story-model",
      bytes: 2_046_702,
      architecture: "llama",
      parameters: 1_023_000,
      encoding: "bf16",
      context: 512,
      state: "unloaded",
      deletable: false,
    },
  ];
}
