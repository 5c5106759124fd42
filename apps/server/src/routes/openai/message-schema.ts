import { z } from "zod";

const text = z.object({ type: z.literal("text"), text: z.string() });
const refusal = z.object({ type: z.literal("refusal"), refusal: z.string() });
/** Kept with its type, so that what the model cannot take is refused by name. */
const other = z.looseObject({ type: z.string() });
const part = z.union([text, refusal, other]);

const toolCall = z.looseObject({
  id: z.string(),
  type: z.literal("function").optional(),
  function: z.looseObject({ name: z.string(), arguments: z.string() }),
});

const name = z.string().nullish();

export const message = z.discriminatedUnion("role", [
  z.object({
    role: z.enum(["system", "developer", "user"]),
    content: z.union([z.string(), z.array(part)]),
    name,
  }),
  z.object({
    role: z.literal("assistant"),
    content: z.union([z.string(), z.array(part)]).nullish(),
    name,
    refusal: z.string().nullish(),
    /** As this server gave it; AI SDKs send it back. */
    reasoning_content: z.string().nullish(),
    reasoning: z.string().nullish(),
    tool_calls: z.array(toolCall).nullish(),
  }),
  z.object({
    role: z.literal("tool"),
    content: z.union([z.string(), z.array(part)]),
    tool_call_id: z.string(),
    name,
  }),
]);

export type OpenAiMessage = z.infer<typeof message>;
