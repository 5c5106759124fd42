import type { Model } from "@engine/auto";
import type { ModelPool } from "../../models/model-pool.ts";
import type { ModelSlot } from "../../models/model-slot.ts";
import type { ModelSource } from "../../models/model-source.ts";
import { isCopy } from "../../models/own-copies.ts";
import { modelSampling } from "./model-sampling.ts";

/** All there is to know of a model without loading it, and of its state here. */
export async function modelInfo(source: ModelSource, pool: ModelPool) {
  const slot = pool.slot(source.id);
  return {
    id: source.id,
    origin: source.origin,
    state: slot?.state ?? "unloaded",
    bytes: source.bytes ?? null,
    modified: source.modified?.toISOString() ?? null,
    missing: source.missing,
    deletable: await isDeletable(source, pool),
    default: source.id === pool.catalogue.defaultId,
    ...(slot?.progress && { progress: slot.progress }),
    ...(slot?.error !== undefined && { error: slot.error }),
    ...(slot?.model && { loaded: loadedInfo(slot, slot.model) }),
  };
}

/** Downloaded or quantized here; a deletion looks closer. */
async function isDeletable({ origin, path }: ModelSource, { catalogue }: ModelPool): Promise<boolean> {
  return origin === "hub" || (origin === "folder" && (await isCopy(path, catalogue.folders)));
}

function loadedInfo(slot: ModelSlot, model: Model) {
  const stats = model.stats();
  const { architecture, backend, device, context, vocab, channels, weights, state, loadMs, notes } = model;
  return {
    architecture,
    backend,
    device: device.name,
    deviceKind: device.kind,
    context,
    vocab,
    chat: channels !== undefined,
    thinking: channels?.reasoning !== undefined,
    tools: (channels?.tools.length ?? 0) > 0,
    memory: { weights: weights.resident, mapped: weights.mapped, state: state.bytes },
    requests: { running: stats.running, waiting: stats.waiting },
    kv: { used: stats.blocks.used, total: stats.blocks.total, tokensPerBlock: stats.blocks.tokens },
    tokensPerSecond: stats.tokensPerSecond,
    sampling: modelSampling(model.generationConfig),
    expires: slot.expires?.toISOString() ?? null,
    loadMs: Math.round(loadMs),
    notes,
  };
}
