import { z } from "zod";

/** Kept with its type, so that what the model cannot take is refused by name. */
const block = z.looseObject({
  type: z.string(),
  id: z.string().nullish(),
  tool_use_id: z.string().nullish(),
  name: z.string().nullish(),
  thinking: z.string().nullish(),
});
const content = z.union([z.string(), z.array(block)]);

const tool = z.looseObject({
  type: z.string().nullish(),
  name: z.string().min(1).max(200),
  description: z.string().nullish(),
  input_schema: z.looseObject({}).optional(),
  strict: z.boolean().nullish(),
});

const toolChoice = z.discriminatedUnion("type", [
  z.object({ type: z.literal("auto"), disable_parallel_tool_use: z.boolean().nullish() }),
  z.object({ type: z.literal("any"), disable_parallel_tool_use: z.boolean().nullish() }),
  z.object({ type: z.literal("tool"), name: z.string(), disable_parallel_tool_use: z.boolean().nullish() }),
  z.object({ type: z.literal("none") }),
]);

const conversation = {
  model: z.string().min(1).max(300),
  messages: z
    .array(z.object({ role: z.enum(["user", "assistant"]), content }))
    .min(1)
    .max(10_000),
  system: content.nullish(),
  tools: z.array(tool).max(256).nullish(),
  tool_choice: toolChoice.nullish(),
  thinking: z
    .discriminatedUnion("type", [
      z.object({ type: z.literal("enabled"), budget_tokens: z.int().min(1) }),
      z.object({ type: z.literal("adaptive") }),
      z.object({ type: z.literal("disabled") }),
    ])
    .nullish(),
};

export const messagesRequest = z.object({
  ...conversation,
  max_tokens: z.int().min(1),
  stop_sequences: z.array(z.string().min(1)).max(16).nullish(),
  stream: z.boolean().nullish(),
  temperature: z.number().min(0).max(1).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_k: z.int().min(0).nullish(),
  mcp_servers: z.array(z.unknown()).nullish(),
  container: z.unknown().optional(),
  output_config: z
    .looseObject({
      format: z.looseObject({ type: z.string(), schema: z.looseObject({}).optional() }).nullish(),
    })
    .nullish(),
});

export const countRequest = z.object(conversation);

export type MessagesRequest = z.infer<typeof messagesRequest>;
export type CountRequest = z.infer<typeof countRequest>;
