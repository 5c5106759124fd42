import { ApiError } from "../errors/api-error.ts";
import { folderModels, sizeOf } from "./folder-models.ts";
import { hubModels } from "./hub-models.ts";
import type { FoundModel, ModelSource } from "./model-source.ts";

/** A model the operator names. */
export interface GivenModel {
  /** What clients call it. */
  readonly id: string;
  readonly path: string;
  /** As the catalogue's, for this model. */
  readonly plainChat?: boolean;
}

export interface CatalogueOptions {
  readonly models?: readonly GivenModel[];
  /** Folders whose entries are models. */
  readonly folders?: readonly string[];
  /** The hub cache's folder; `false` keeps its models out. */
  readonly hubCache?: string | false;
  /** Continue the messages' texts where a model has no chat template, instead of refusing. */
  readonly plainChat?: boolean;
}

/** The models that exist for clients. Reads folders anew each time: what was downloaded is there at once. */
export class ModelCatalogue {
  readonly #options: CatalogueOptions;

  constructor(options: CatalogueOptions) {
    this.#options = options;
  }

  /** The model of a request that names none: the first that was given. */
  get defaultId(): string | undefined {
    return this.#options.models?.[0]?.id;
  }

  /** Folders whose entries are models; what is made here goes into the first. */
  get folders(): readonly string[] {
    return this.#options.folders ?? [];
  }

  get hubCache(): string | undefined {
    return this.#options.hubCache || undefined;
  }

  /** Given ones first; of one id the first counts. */
  async list(): Promise<readonly ModelSource[]> {
    const { models = [], folders = [], plainChat = false } = this.#options;
    const hub = await hubModels(this.hubCache);
    const given = await Promise.all(models.map((model) => givenModel({ plainChat, ...model }, hub)));
    const others = [...(await folderModels(folders)), ...hub].map((source) => ({ ...source, plainChat }));
    const found = [...given, ...others];
    return [...new Map(found.toReversed().map((source) => [source.id, source])).values()].toReversed();
  }

  /** Throws 404 for an id that is not in the list. Ollama's clients put ":latest" behind a name. */
  async find(asked: string | undefined): Promise<ModelSource> {
    const id = asked ?? this.defaultId;
    if (id === undefined) {
      throw new ApiError(400, "No model is named and the server has no default. Name one in `model`.", {
        param: "model",
        code: "missing_required_parameter",
      });
    }
    const sources = await this.list();
    const names = [id, id.replace(/:latest$/, "")];
    const found = sources.find((source) => names.includes(source.id));
    if (found) return found;
    const known = sources.slice(0, 8).map((source) => source.id);
    const more = sources.length > 8 ? `, and ${sources.length - 8} more` : "";
    throw new ApiError(
      404,
      `The model '${id.slice(0, 200)}' does not exist here. There ${known.length === 0 ? "is none" : `are: ${known.join(", ")}${more}`}. GET /v1/models lists them.`,
      { param: "model", code: "model_not_found" },
    );
  }
}

async function givenModel(
  { id, path, plainChat }: GivenModel & { readonly plainChat: boolean },
  hub: readonly FoundModel[],
): Promise<ModelSource> {
  const downloaded = hub.find((source) => source.id === path);
  if (downloaded) return { ...downloaded, id, origin: "given", plainChat };
  return { id, path, origin: "given", ...(await sizeOf(path)), missing: [], plainChat };
}
