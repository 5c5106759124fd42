import { z } from "zod";
import { common } from "./schema.ts";

const toolCall = z.looseObject({
  function: z.looseObject({ name: z.string(), arguments: z.union([z.looseObject({}), z.string()]) }),
});

export const chatRequest = z.object({
  ...common,
  messages: z
    .array(
      z.object({
        role: z.enum(["system", "user", "assistant", "tool"]),
        content: z.string().nullish(),
        thinking: z.string().nullish(),
        images: z.array(z.string()).nullish(),
        tool_calls: z.array(toolCall).nullish(),
        tool_name: z.string().nullish(),
        tool_call_id: z.string().nullish(),
      }),
    )
    .max(10_000)
    .nullish(),
  tools: z
    .array(z.looseObject({ type: z.string(), function: z.looseObject({ name: z.string().min(1).max(200) }) }))
    .max(256)
    .nullish(),
});

export type ChatRequest = z.infer<typeof chatRequest>;
