import { json, type Route, route } from "../../http/route.ts";
import type { ModelSource } from "../../models/model-source.ts";
import { version } from "../../version.ts";
import { ollama } from "./dialect.ts";

const common = { method: "GET", access: "api", dialect: ollama } as const;

export const tagsRoute: Route = route({
  ...common,
  path: "/api/tags",
  summary: "Lists the models",
  async handle({ server: { pool } }) {
    return json({ models: (await pool.catalogue.list()).map(tag) });
  },
});

export const psRoute: Route = route({
  ...common,
  path: "/api/ps",
  summary: "Lists the models in memory",
  handle({ server: { pool } }) {
    const models = pool.slots.flatMap(({ model, source, expires, bytes }) =>
      model
        ? [
            {
              ...tag(source),
              details: details({ family: model.architecture, path: source.path }),
              expires_at: (expires ?? NEVER).toISOString(),
              size: bytes,
              size_vram: 0,
              context_length: model.context,
            },
          ]
        : [],
    );
    return json({ models });
  },
});

export const versionRoute: Route = route({
  ...common,
  access: "open",
  path: "/api/version",
  summary: "The server's version",
  handle: () => json({ version: version() }),
});

/** What Ollama tells for a model that stays. */
const NEVER = new Date("2318-01-01T00:00:00Z");

function tag({ id, path, bytes, modified }: ModelSource) {
  return {
    name: id,
    model: id,
    modified_at: (modified ?? new Date(0)).toISOString(),
    size: bytes ?? 0,
    digest: "",
    details: details({ path }),
  };
}

/** What is not known without opening a model is left empty, as Ollama's clients expect it to be there. */
export function details(known: {
  readonly family?: string;
  readonly parameters?: string;
  readonly encoding?: string;
  readonly path: string;
}) {
  const { family = "", parameters = "", encoding = "", path } = known;
  return {
    parent_model: "",
    format: path.endsWith(".gguf") ? "gguf" : "safetensors",
    family,
    families: family === "" ? null : [family],
    parameter_size: parameters,
    quantization_level: encoding,
  };
}
