/** What a user may set; what is absent is the model's own default. */
export interface Sampling {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly minP?: number;
  readonly repeatPenalty?: number;
  readonly maxTokens?: number;
  readonly seed?: number;
  readonly thinking?: boolean;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON as the model wrote it; not checked. */
  readonly arguments: string;
}

export type ChatMessage =
  | { readonly role: "system" | "user"; readonly content: string }
  | {
      readonly role: "assistant";
      readonly content: string;
      readonly reasoning_content?: string;
      readonly tool_calls?: readonly object[];
    };

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly sampling: Sampling;
}

/** The body of POST /v1/chat/completions. */
export function chatBody({ model, messages, sampling }: ChatRequest): object {
  const { temperature, topP, topK, minP, repeatPenalty, maxTokens, seed, thinking } = sampling;
  return {
    model,
    messages,
    stream: true,
    stream_options: { include_usage: true },
    // The page says of a model without a chat template that it continues texts.
    plain_chat: true,
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(topK !== undefined && { top_k: topK }),
    ...(minP !== undefined && { min_p: minP }),
    ...(repeatPenalty !== undefined && { repetition_penalty: repeatPenalty }),
    ...(maxTokens !== undefined && { max_tokens: maxTokens }),
    ...(seed !== undefined && { seed }),
    ...(thinking !== undefined && { thinking }),
  };
}
