import { z } from "zod";
import type { AskedForm } from "../../answers/answer-job.ts";

export const responseFormat = z
  .discriminatedUnion("type", [
    z.object({ type: z.literal("text") }),
    z.object({ type: z.literal("json_object") }),
    z.object({
      type: z.literal("json_schema"),
      json_schema: z.object({
        name: z.string().nullish(),
        schema: z.looseObject({}),
        strict: z.boolean().nullish(),
      }),
    }),
  ])
  .nullish();

export type ChatFormat = z.infer<typeof responseFormat>;

/** The JSON that a request asks for; undefined where it asks for text. */
export function jsonFormat(format: ChatFormat): AskedForm | undefined {
  if (!format || format.type === "text") return undefined;
  return { kind: "json", ...(format.type === "json_schema" && { schema: format.json_schema.schema }) };
}
