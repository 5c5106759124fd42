import { z } from "zod";
import { unsupported } from "../../errors/api-error.ts";
import { route } from "../../http/route.ts";
import { modelId } from "./chat-schema.ts";
import { openai } from "./dialect.ts";

const ids = z.array(z.int().min(0)).min(1);

const embeddingsRequest = z.object({
  model: modelId,
  input: z.union([z.string(), ids, z.array(z.string()).min(1).max(2048), z.array(ids).min(1).max(2048)]),
  encoding_format: z.enum(["float", "base64"]).nullish(),
  dimensions: z.int().min(1).nullish(),
});

export const embeddingsRoute = route<z.infer<typeof embeddingsRequest>>({
  method: "POST",
  path: "/v1/embeddings",
  access: "api",
  summary: "Vectors of texts",
  dialect: openai,
  body: embeddingsRequest,
  async handle({ server, body }) {
    const { id } = await server.pool.catalogue.find(body.model ?? undefined);
    throw unsupported("model", `The model '${id}' gives no embeddings.`);
  },
});
