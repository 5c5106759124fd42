import { type CachedModel, listModels } from "@engine/loader";
import type { FoundModel } from "./model-source.ts";

/** The models of the hub cache; those whose download has not ended say what is missing. */
export async function hubModels(hubCache: string | undefined): Promise<FoundModel[]> {
  if (hubCache === undefined) return [];
  return (await listModels({ hubCache })).map(hubModel);
}

function hubModel({ id, folder, revisions, bytes }: CachedModel): FoundModel {
  const main = revisions.find(({ refs }) => refs.includes("main")) ?? revisions[0];
  return {
    id,
    path: main?.folder ?? folder,
    origin: "hub",
    bytes,
    modified: main?.modified,
    missing: main?.missing ?? ["its files"],
  };
}
