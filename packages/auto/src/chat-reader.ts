import { EngineError } from "@engine/core";
import { type GenerateResult, StopStrings } from "@engine/runtime";
import {
  type ChannelDescription,
  type ChannelEvent,
  ChannelParser,
  hiddenIds,
  type Tokenizer,
} from "@engine/tokenizer";
import type { ChatPrompt } from "./chat-prompt.ts";
import type { ChatOptions, ChatResult } from "./model.ts";

const NOTHING = { answer: 0, reasoning: 0, calls: 0, thought: 0 };

/** Reads an answer token by token: what it says, and what is to come next once the thought budget is spent. */
export class ChatReader {
  readonly #parser: ChannelParser;
  readonly #text: (id: number) => string;
  readonly #flush: () => string;
  readonly #stops: StopStrings;
  readonly #budget: number;
  readonly #closing: readonly number[];
  #events: ChannelEvent[] = [];
  #answer = "";
  #reasoning = "";
  readonly #calls: ChatResult["toolCalls"][number][] = [];
  #thoughtTokens = 0;
  /** What there was of the answer after each token. */
  readonly #marks: {
    readonly answer: number;
    readonly reasoning: number;
    readonly calls: number;
    readonly thought: number;
  }[] = [];
  /** The thought under way was told to end. */
  #cut = false;
  #stopped = false;

  /** Throws `bad-option`. */
  constructor(
    tokenizer: Tokenizer,
    description: ChannelDescription,
    { prompt, options }: { readonly prompt: ChatPrompt; readonly options: ChatOptions },
  ) {
    const { tools = [], stop = [], thoughtBudget = Number.POSITIVE_INFINITY } = options;
    if (!(thoughtBudget >= 0) || (Number.isFinite(thoughtBudget) && !Number.isInteger(thoughtBudget))) {
      throw new EngineError(
        "bad-option",
        `thoughtBudget must be a whole number from 0, but is ${thoughtBudget}.`,
      );
    }
    this.#parser = new ChannelParser(description, { opened: prompt.opened, tools });
    this.#stops = new StopStrings(stop);
    this.#budget = thoughtBudget;
    const { reasoning } = description;
    this.#closing = reasoning ? tokenizer.encode(reasoning.forced, { addSpecialTokens: false }) : [];
    const hidden = hiddenIds(tokenizer, description);
    const detokenizer = tokenizer.detokenizer();
    this.#text = (id) => (hidden.has(id) ? "" : detokenizer.push(id));
    this.#flush = () => detokenizer.flush();
    // The answer goes on in the middle of the prompt's text.
    for (const id of prompt.ids) this.#text(id);
  }

  /** Takes a token of the answer; see `GenerateOptions.steer`. */
  take(token: number): readonly number[] | "stop" | undefined {
    const before = this.#parser.thinking;
    this.#read(this.#parser.push(this.#text(token)));
    const { thinking, unsure } = this.#parser;
    if (before) this.#thoughtTokens++;
    this.#marks.push({
      answer: this.#answer.length,
      reasoning: this.#reasoning.length,
      calls: this.#calls.length,
      thought: this.#thoughtTokens,
    });
    if (this.#stopped) return "stop";
    if (!thinking) this.#cut = false;
    // What may be the model's own closing marker is let come to its end.
    if (!thinking || this.#cut || unsure || this.#thoughtTokens < this.#budget) return undefined;
    this.#cut = true;
    return this.#closing;
  }

  /** The answer is inside a thought. */
  get thinking(): boolean {
    return this.#parser.thinking;
  }

  /** No more tokens come; where who reads wanted only the first ones, what the others gave is not told. */
  end(tokens: number): void {
    if (tokens < this.#marks.length) {
      const { answer, reasoning, calls, thought } = this.#marks[tokens - 1] ?? NOTHING;
      this.#answer = this.#answer.slice(0, answer);
      this.#reasoning = this.#reasoning.slice(0, reasoning);
      this.#calls.length = calls;
      this.#thoughtTokens = thought;
      this.#events = [];
      return;
    }
    this.#read(this.#parser.push(this.#flush()));
    this.#read(this.#parser.finish());
    if (!this.#stopped) this.#say(this.#stops.flush());
  }

  /** The events since the last call. */
  events(): readonly ChannelEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** The model's result as the answer's; once it has ended. */
  result(result: GenerateResult): ChatResult {
    return {
      ...result,
      text: this.#answer,
      reasoning: this.#reasoning,
      toolCalls: this.#calls,
      usage: { ...result.usage, reasoningTokens: this.#thoughtTokens },
    };
  }

  /** Stop strings count in the answer's text alone: a thought may say anything. */
  #read(events: readonly ChannelEvent[]): void {
    for (const event of events) {
      if (this.#stopped) return;
      if (event.type === "text") {
        const { text, stopped } = this.#stops.push(event.text);
        this.#say(text);
        this.#stopped = stopped;
        continue;
      }
      this.#say(this.#stops.flush());
      if (event.type === "reasoning") this.#reasoning += event.text;
      if (event.type === "tool-call") {
        const { type: _, ...call } = event;
        this.#calls.push(call);
      }
      this.#events.push(event);
    }
  }

  #say(text: string): void {
    if (text === "") return;
    this.#answer += text;
    this.#events.push({ type: "text", text });
  }
}
