/** A row applies when the chat template holds one of its signs, or the tokenizer has one as a token. */
export interface Row<T> {
  readonly name: string;
  readonly signs: readonly string[];
  readonly value: T;
  /** Markers that carry nothing of the answer. */
  readonly ignored?: readonly string[];
}

/** Ends of a turn in published templates; those of them that the template and the tokenizer both have are used. */
export const STOPS: readonly string[] = [
  "<turn|>",
  "<|tool_response>",
  "<end_of_turn>",
  "<|im_end|>",
  "<|eot_id|>",
  "<|eom_id|>",
  "<|user|>",
  "<|observation|>",
  "<｜end▁of▁sentence｜>",
  "<|END_OF_TURN_TOKEN|>",
  "<|return|>",
  "<|call|>",
  "<|calls|>",
  "<|assistant_end|>",
  "<|end_of_text|>",
  "<seed:eos>",
  "[e~[",
  "</assistant>",
];
