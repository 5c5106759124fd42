import type { Answer, AnswerEvent, Usage } from "./ask.ts";
import { type Finish, PROVIDER, type StreamPart, type Warning } from "./spec.ts";

type Reason = Finish["finishReason"]["unified"];

/** An answer as parts of a stream: texts and thoughts with a start and an end, calls piece by piece and whole. */
export async function* streamParts(
  { events }: Pick<Answer, "events">,
  { warnings, raw }: { readonly warnings: readonly Warning[]; readonly raw: boolean },
): AsyncGenerator<StreamPart, void, undefined> {
  yield { type: "stream-start", warnings: [...warnings] };
  const blocks = new Blocks();
  const calls = new Map<string, { readonly name: string; input: string }>();
  const notes: string[] = [];
  for await (const event of events) {
    switch (event.type) {
      case "raw":
        if (raw) yield { type: "raw", rawValue: event.value };
        break;
      case "meta": {
        const { type: _, ...metadata } = event;
        yield { type: "response-metadata", ...metadata };
        break;
      }
      case "text":
      case "reasoning":
        yield* blocks.say(event.type, event.text);
        break;
      case "call-start":
        yield* blocks.end();
        calls.set(event.id, { name: event.name, input: "" });
        yield { type: "tool-input-start", id: event.id, toolName: event.name };
        break;
      case "call-piece":
        calls.get(event.id)!.input += event.text;
        yield { type: "tool-input-delta", id: event.id, delta: event.text };
        break;
      case "call-end": {
        const { name, input } = calls.get(event.id)!;
        yield { type: "tool-input-end", id: event.id };
        // A call without arguments may come without any text for them.
        yield { type: "tool-call", toolCallId: event.id, toolName: name, input: input || "{}" };
        break;
      }
      case "note":
        notes.push(event.text);
        break;
      default:
        yield* blocks.end();
        yield finish(event, { called: calls.size > 0, notes });
    }
  }
}

function finish(
  { reason, usage, raw, metadata }: Extract<AnswerEvent, { type: "finish" }>,
  { called, notes }: { readonly called: boolean; readonly notes: readonly string[] },
): StreamPart {
  const unified = called && reason === "stop" ? "tool-calls" : (REASONS[reason] ?? "other");
  const told = { ...metadata, ...(notes.length > 0 && { notes: [...notes] }) };
  return {
    type: "finish",
    finishReason: { unified, raw: reason },
    usage: { ...usageOf(usage), ...(raw && { raw }) },
    ...(Object.keys(told).length > 0 && { providerMetadata: { [PROVIDER]: told } }),
  };
}

const REASONS: Readonly<Record<string, Reason>> = {
  stop: "stop",
  length: "length",
  tool_calls: "tool-calls",
  content_filter: "content-filter",
};

function usageOf({ promptTokens, cachedTokens, completionTokens, reasoningTokens }: Usage): Finish["usage"] {
  const less = (all?: number, some?: number) => (all === undefined ? undefined : all - (some ?? 0));
  return {
    inputTokens: {
      total: promptTokens,
      noCache: less(promptTokens, cachedTokens),
      cacheRead: cachedTokens,
      cacheWrite: undefined,
    },
    outputTokens: {
      total: completionTokens,
      text: less(completionTokens, reasoningTokens),
      reasoning: reasoningTokens,
    },
  };
}

/** The text or thought under way. */
class Blocks {
  #open: { readonly type: "text" | "reasoning"; readonly id: string } | undefined;
  #count = 0;

  *say(type: "text" | "reasoning", delta: string): Generator<StreamPart> {
    if (delta === "") return;
    if (this.#open?.type !== type) {
      yield* this.end();
      this.#open = { type, id: String(this.#count++) };
      yield { type: `${type}-start`, id: this.#open.id };
    }
    yield { type: `${type}-delta`, id: this.#open.id, delta };
  }

  *end(): Generator<StreamPart> {
    if (this.#open) yield { type: `${this.#open.type}-end`, id: this.#open.id };
    this.#open = undefined;
  }
}
