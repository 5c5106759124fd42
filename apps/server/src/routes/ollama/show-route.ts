import type { ModelDescription } from "@engine/auto";
import { channelsOf, loadTokenizer, type Tokenizer } from "@engine/tokenizer";
import { z } from "zod";
import { ApiError } from "../../errors/api-error.ts";
import { json, type Route, route } from "../../http/route.ts";
import { ollama } from "./dialect.ts";
import { details } from "./list-routes.ts";

const showRequest = z.object({
  model: z.string().min(1).max(300).nullish(),
  name: z.string().min(1).max(300).nullish(),
});

export const showRoute: Route = route<z.infer<typeof showRequest>>({
  method: "POST",
  path: "/api/show",
  access: "api",
  summary: "Tells of one model, from its files' headers",
  dialect: ollama,
  body: showRequest,
  async handle({ server: { pool, describe }, body }) {
    const id = body.model ?? body.name;
    if (!id) throw new ApiError(400, "'model' is missing.", { param: "model" });
    const { path, modified, missing } = await pool.catalogue.find(id);
    if (missing.length > 0) throw new ApiError(409, `The download of '${id}' has not ended.`);
    const description = await describe(path);
    const tokenizer = await loadTokenizer(description.folder).catch(() => undefined);
    return json({
      license: "",
      modelfile: "",
      parameters: "",
      template: tokenizer?.chatTemplate.sources[0] ?? "",
      modified_at: (modified ?? new Date(0)).toISOString(),
      details: details({
        path,
        family: description.architecture,
        parameters: inMillions(description.parameters),
        encoding: mostOf(description.encodings).toUpperCase(),
      }),
      model_info: infoOf(description),
      capabilities: capabilitiesOf(tokenizer),
    });
  },
});

function infoOf({ architecture, parameters, modelContext }: ModelDescription) {
  return {
    "general.architecture": architecture,
    "general.parameter_count": parameters,
    ...(modelContext !== undefined && { [`${architecture}.context_length`]: modelContext }),
  };
}

function capabilitiesOf(tokenizer: Tokenizer | undefined): readonly string[] {
  const channels = tokenizer?.hasChatTemplate ? channelsOf(tokenizer) : undefined;
  return [
    "completion",
    ...(channels?.tools.length ? ["tools"] : []),
    ...(channels?.reasoning ? ["thinking"] : []),
  ];
}

function mostOf(encodings: ModelDescription["encodings"]): string {
  return Object.entries(encodings).toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? "";
}

function inMillions(parameters: number): string {
  return parameters >= 1e9 ? `${(parameters / 1e9).toFixed(1)}B` : `${(parameters / 1e6).toFixed(1)}M`;
}
