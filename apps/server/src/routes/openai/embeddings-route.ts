import { z } from "zod";
import { embed } from "../../answers/embed.ts";
import { json, route } from "../../http/route.ts";
import { keepAlive, parseKeepAlive } from "../keep-alive.ts";
import { modelId } from "./chat-schema.ts";
import { openai } from "./dialect.ts";

const ids = z.array(z.int().min(0)).min(1);

const embeddingsRequest = z.object({
  model: modelId,
  input: z.union([
    z.string().min(1),
    ids,
    z.array(z.string().min(1)).min(1).max(2048),
    z.array(ids).min(1).max(2048),
  ]),
  encoding_format: z.enum(["float", "base64"]).nullish(),
  dimensions: z.int().min(1).nullish(),
  /** Which hidden states make the vector; the mean of all unless told. */
  pooling: z.enum(["mean", "last", "cls"]).nullish(),
  keep_alive: keepAlive,
});

type EmbeddingsRequest = z.infer<typeof embeddingsRequest>;

export const embeddingsRoute = route<EmbeddingsRequest>({
  method: "POST",
  path: "/v1/embeddings",
  access: "api",
  summary: "Vectors of texts",
  dialect: openai,
  body: embeddingsRequest,
  async handle({ server, body, signal }) {
    const job = {
      model: body.model ?? undefined,
      texts: textsOf(body.input),
      dimensions: body.dimensions ?? undefined,
      pooling: body.pooling ?? undefined,
      keepAliveMs: parseKeepAlive(body.keep_alive),
    };
    const { id, vectors, promptTokens } = await embed(server, job, signal);
    const shown = body.encoding_format === "base64" ? base64 : (vector: Float32Array) => [...vector];
    const data = vectors.map((vector, index) => ({ object: "embedding", index, embedding: shown(vector) }));
    const usage = { prompt_tokens: promptTokens, total_tokens: promptTokens };
    return json({ object: "list", model: id, data, usage });
  },
});

function textsOf(input: EmbeddingsRequest["input"]): readonly (string | readonly number[])[] {
  if (typeof input === "string") return [input];
  return typeof input[0] === "number" ? [input as number[]] : (input as readonly (string | number[])[]);
}

/** Little-endian f32, which OpenAI's clients ask for unless told otherwise. */
function base64(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString("base64");
}
