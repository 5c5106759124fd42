import { z } from "zod";
import { unsupported } from "../../errors/api-error.ts";
import { route } from "../../http/route.ts";
import { keepAlive } from "../keep-alive.ts";
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
  async handle({ server, body }) {
    const { id } = await server.pool.catalogue.find(body.model);
    throw unsupported("model", `The model '${id}' gives no embeddings.`);
  },
});
