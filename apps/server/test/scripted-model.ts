import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AutoModel, type ChatOptions, type LoadOptions, type Model } from "@engine/engine";
import { modelPath } from "@engine/model-demo";
import type { GenerateOptions, GenerateResult, Generation } from "@engine/runtime";
import type { ChatMessage } from "@engine/tokenizer";

/** Marks thoughts and calls as Qwen's and Hermes' templates do. */
const TEMPLATE = `{{ bos_token }}{% if tools %}<tool_call> {% for tool in tools %}{{ tool.function.name }} {% endfor %}{% endif %}{% for m in messages %}[{{ m.role }}] {{ m.content }}{% if m.reasoning_content %}<think>{{ m.reasoning_content }}</think>{% endif %}{% for call in m.tool_calls or [] %}<tool_call>{{ call.function | tojson }}</tool_call>{% endfor %}
{% endfor %}[assistant] `;

/** A copy of the demo model's folder with a chat template. */
export async function chatFolder(template = TEMPLATE): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "engine-server-"));
  await cp(modelPath, path, { recursive: true });
  const file = join(path, "tokenizer_config.json");
  const config = JSON.parse(await readFile(file, "utf8"));
  await writeFile(file, JSON.stringify({ ...config, chat_template: template }));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

export interface Script {
  /** What the model says to a conversation. */
  readonly say: (messages: readonly ChatMessage[], options: ChatOptions) => string;
  /** Milliseconds between two tokens. */
  readonly pace?: number;
  /** Told when an answer was stopped from outside. */
  readonly onAbort?: () => void;
}

/** The demo model, except that its chats say what a script says. All that reads an answer is the real thing. */
export async function scriptedModel(path: string, loading: LoadOptions, script: Script): Promise<Model> {
  const model = await AutoModel.load(path, loading);
  const { tokenizer } = model;
  const chat = (messages: readonly ChatMessage[], options: ChatOptions = {}) =>
    model.chat(messages, {
      generate: (ids, rest) =>
        generation(tokenizer!.encode(script.say(messages, options), { addSpecialTokens: false }), {
          ...script,
          promptTokens: ids.length,
          rest,
        }),
      ...options,
    });
  return new Proxy(model, {
    get(target, key) {
      if (key === "chat") return chat;
      const value: unknown = Reflect.get(target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function generation(
  script: readonly number[],
  {
    pace = 0,
    onAbort,
    promptTokens,
    rest,
  }: Omit<Script, "say"> & { promptTokens: number; rest: GenerateOptions },
): Generation {
  const { signal, maxTokens = Number.POSITIVE_INFINITY, steer, onProgress } = rest;
  const tokens: number[] = [];
  let settle!: (result: GenerateResult) => void;
  const result = new Promise<GenerateResult>((resolve) => {
    settle = resolve;
  });
  const end = (finishReason: GenerateResult["finishReason"]): void => {
    const usage = { promptTokens, cachedTokens: 0, completionTokens: tokens.length };
    const times = { queueMs: 0, promptMs: 1, ttftMs: 1, decodeMs: 1 };
    const timings = { ...times, promptTokensPerSecond: 1000, tokensPerSecond: 1000 };
    settle({ tokens, text: "", finishReason, usage, timings });
  };
  return {
    result,
    async *[Symbol.asyncIterator]() {
      onProgress?.(promptTokens, promptTokens, "prompt");
      for (const token of script) {
        await sleep(pace);
        if (signal?.aborted) {
          onAbort?.();
          return end("abort");
        }
        tokens.push(token);
        const stop = steer?.(token, tokens.length - 1) === "stop";
        yield { token, text: "" };
        if (stop) return end("stop");
        if (tokens.length >= maxTokens) return end("length");
      }
      end("stop");
    },
  };
}
