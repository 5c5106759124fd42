import { z } from "zod";
import { embed } from "../../answers/embed.ts";
import { json, route } from "../../http/route.ts";
import { keepAlive, parseKeepAlive } from "../keep-alive.ts";
import { ollama } from "./dialect.ts";

const embedRequest = z.object({
  model: z.string().min(1).max(300),
  input: z.union([z.string(), z.array(z.string()).max(2048)]),
  dimensions: z.int().min(1).nullish(),
  keep_alive: keepAlive,
});

export const embedRoute = route<z.infer<typeof embedRequest>>({
  method: "POST",
  path: "/api/embed",
  access: "api",
  summary: "Vectors of texts",
  dialect: ollama,
  body: embedRequest,
  async handle({ server, body: { model, input, dimensions, keep_alive }, signal }) {
    const begin = performance.now();
    const job = {
      model,
      texts: typeof input === "string" ? [input] : input,
      dimensions: dimensions ?? undefined,
      pooling: undefined,
      keepAliveMs: parseKeepAlive(keep_alive),
    };
    const { id, vectors, promptTokens, loadMs } = await embed(server, job, signal);
    return json({
      model: id,
      embeddings: vectors.map((vector) => [...vector]),
      total_duration: Math.round((performance.now() - begin) * 1e6),
      load_duration: Math.round(loadMs * 1e6),
      prompt_eval_count: promptTokens,
    });
  },
});
