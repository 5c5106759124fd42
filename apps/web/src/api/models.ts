import type { Sampling } from "./chat-request.ts";
import type { Http } from "./http.ts";
import { count, type Json, list, object, optionalCount, optionalText, text } from "./shape.ts";

export type ModelState = "unloaded" | "loading" | "loaded" | "unloading";

/** A model in memory. */
export interface LoadedModel {
  readonly architecture: string;
  readonly backend: string;
  readonly device: string;
  /** The processors compute, no graphics card. */
  readonly onProcessor: boolean;
  /** In tokens. */
  readonly context: number;
  /** Whether it can be chatted with: it has a chat template, or the server does without one. */
  readonly chat: boolean;
  readonly thinking: boolean;
  /** Bytes; weights that are mapped from their file count too. */
  readonly memory: { readonly weights: number; readonly state: number };
  /** The share of the room for keys and values that is taken, 0 to 1. */
  readonly kvUsed: number | undefined;
  /** What happened at the load: backends passed over and why. */
  readonly notes: readonly string[];
  /** What generation_config.json says, where the server tells it. */
  readonly sampling: Sampling;
}

export interface Model {
  readonly id: string;
  readonly state: ModelState;
  readonly bytes: number;
  readonly deletable: boolean;
  /** Whether the hub can give it again. */
  readonly isDownloaded: boolean;
  /** The one the server takes when a request names none. */
  readonly isDefault: boolean;
  /** Files a download has not brought yet; such a model cannot be loaded. */
  readonly missing: readonly string[];
  /** The share of the load that is done, 0 to 1. */
  readonly progress: number | undefined;
  /** Why the last load failed. */
  readonly error: string | undefined;
  readonly loaded: LoadedModel | undefined;
}

/** What a model is and takes, from its header. Sizes are bytes. */
export interface ModelFacts {
  readonly architecture: string;
  readonly parameters: number;
  /** The type most of the weights have. */
  readonly encoding: string;
  readonly modelContext: number;
  readonly activations: number;
}

export async function listModels(http: Http, signal?: AbortSignal): Promise<readonly Model[]> {
  const answer = object(await http.json("engine/models", signal ? { signal } : {}), "the answer");
  return list(answer.models, "models").map((item) => readModel(object(item, "models[0]")));
}

/** The models as every client may see them: their names, where the management is closed to this page. */
export async function listNames(http: Http, signal?: AbortSignal): Promise<readonly Model[]> {
  const answer = object(await http.json("v1/models", signal ? { signal } : {}), "the answer");
  return list(answer.data, "data").map((item) =>
    readModel({ ...object(item, "data[0]"), state: "unloaded" }),
  );
}

export async function describeModel(http: Http, id: string): Promise<ModelFacts> {
  const path = `engine/models/describe?model=${encodeURIComponent(id)}`;
  const facts = object(await http.json(path), "the description");
  const encodings = Object.entries(object(facts.encodings ?? {}, "encodings"));
  const [encoding = ""] = encodings.sort(([, a], [, b]) => count(b) - count(a))[0] ?? [];
  return {
    architecture: optionalText(facts.architecture) ?? "",
    parameters: count(facts.parameters),
    encoding,
    modelContext: count(facts.modelContext),
    activations: count(facts.activations),
  };
}

export async function loadModel(http: Http, id: string): Promise<void> {
  await http.json("engine/models/load", { body: { model: id } });
}

export async function unloadModel(http: Http, id: string): Promise<void> {
  await http.json("engine/models/unload", { body: { model: id } });
}

/** Deletes the files of a model. The server wants two calls; the user has confirmed before the first. */
export async function deleteModel(http: Http, id: string): Promise<void> {
  const answer = object(await http.json("engine/models/delete", { body: { model: id } }), "the answer");
  const token = text(object(answer.confirm, "confirm").token, "confirm.token");
  await http.json("engine/models/delete", { body: { model: id, token } });
}

function readModel(model: Json): Model {
  const progress = model.progress ? object(model.progress, "progress") : undefined;
  const total = count(progress?.total);
  return {
    id: text(model.id, "id"),
    state: text(model.state, "state") as ModelState,
    bytes: count(model.bytes),
    deletable: model.deletable === true,
    isDownloaded: model.origin === "hub",
    isDefault: model.default === true,
    missing: list(model.missing ?? [], "missing").map(String),
    progress: total > 0 ? count(progress?.done) / total : undefined,
    error: optionalText(model.error),
    loaded: model.loaded ? readLoaded(object(model.loaded, "loaded")) : undefined,
  };
}

function readLoaded(loaded: Json): LoadedModel {
  const memory = object(loaded.memory ?? {}, "memory");
  return {
    architecture: optionalText(loaded.architecture) ?? "",
    backend: optionalText(loaded.backend) ?? "",
    device: optionalText(loaded.device) ?? "",
    onProcessor: loaded.deviceKind === "cpu",
    context: count(loaded.context),
    chat: loaded.chat !== false,
    thinking: loaded.thinking === true,
    memory: { weights: count(memory.weights) + count(memory.mapped), state: count(memory.state) },
    kvUsed: readKvUsed(object(loaded.kv ?? {}, "kv")),
    notes: list(loaded.notes ?? [], "notes").map(String),
    sampling: readSampling(object(loaded.sampling ?? {}, "sampling")),
  };
}

/** Blocks in use, of all there are. */
function readKvUsed({ used, total }: Json): number | undefined {
  const all = count(total);
  return all > 0 ? count(used) / all : undefined;
}

function readSampling(sampling: Json): Sampling {
  const [temperature, topP, topK, minP, repeatPenalty] = [
    sampling.temperature,
    sampling.topP,
    sampling.topK,
    sampling.minP,
    sampling.repeatPenalty,
  ].map(optionalCount);
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(topK !== undefined && { topK }),
    ...(minP !== undefined && { minP }),
    ...(repeatPenalty !== undefined && { repeatPenalty }),
  };
}
