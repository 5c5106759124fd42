import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ChatMessage, load, type Model } from "@engine/engine";
import { modelPath } from "@engine/model-demo";
import type { Constraint } from "@engine/runtime";

/** Marks thoughts and calls as Qwen does. Earlier thoughts, calls and results are written down. */
const TEMPLATE =
  "{{ bos_token }}{% if enable_thinking is defined %}think={{ 'on' if enable_thinking else 'off' }} {% endif %}{% if reasoning_effort is defined %}effort={{ reasoning_effort }} {% endif %}{% for m in messages %}[{{ m.role }}]{% if m.reasoning_content %}<think>{{ m.reasoning_content }}</think>{% endif %}{{ m.content }}{% for c in m.tool_calls or [] %}{{ c.function.name }}{{ c.function.arguments | tojson }}{% endfor %}; {% endfor %}{% for t in tools or [] %}{{ t.function.name }} {% endfor %}[assistant]{# <tool_call> #}";

export interface TalkingModel extends AsyncDisposable {
  /** The demo model as it is: it continues texts. */
  readonly plain: Model;
  /** The same weights with a chat template. */
  readonly talking: Model;
  /** Its folder. */
  readonly folder: string;
  /** That model, which says this text, if it is let. */
  saying(text: string): Model & Heard;
}

/** What a model was asked. */
export interface Heard {
  readonly prompts: string[];
  readonly messages: ChatMessage[][];
}

export async function talkingModel(): Promise<TalkingModel> {
  const folder = await mkdtemp(join(tmpdir(), "engine-ai-sdk-"));
  await cp(modelPath, folder, { recursive: true });
  const config = { bos_token: "<s>", eos_token: "</s>", chat_template: TEMPLATE };
  await writeFile(join(folder, "tokenizer_config.json"), JSON.stringify(config));
  const plain = await load(modelPath);
  const model = await load(folder);
  return {
    plain,
    talking: model,
    folder,
    saying(text) {
      const { tokenizer } = model;
      if (!tokenizer) throw new Error("the demo model has a tokenizer");
      const heard: Heard = { prompts: [], messages: [] };
      const chat: Model["chat"] = (messages, options = {}) => {
        heard.messages.push([...messages]);
        return model.chat(messages, {
          ...options,
          generate(ids, rest) {
            heard.prompts.push(tokenizer.decode(ids, { skipSpecialTokens: true }));
            const script = tokenizer.encode(text, { addSpecialTokens: false });
            return model.generate(ids, { ...rest, constraint: only(script, model.vocab) });
          },
        });
      };
      // Servers dispose what they loaded; this one lives on.
      const own: Readonly<Record<PropertyKey, unknown>> = { ...heard, chat, dispose: async () => {} };
      return new Proxy(model, {
        get(target, key) {
          if (Object.hasOwn(own, key)) return own[key];
          const value: unknown = Reflect.get(target, key);
          return typeof value === "function" ? value.bind(target) : value;
        },
      }) as Model & Heard;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([plain.dispose(), model.dispose()]);
      await rm(folder, { recursive: true });
    },
  };
}

/** These tokens, one after the other, and no others. */
function only(script: readonly number[], vocab: number): Constraint {
  let at = 0;
  return {
    allowed() {
      const mask = new Uint32Array(Math.ceil(vocab / 32));
      const id = script[at]!;
      mask[id >> 5] = 1 << (id & 31);
      return mask;
    },
    accept: () => void at++,
    get finished() {
      return at === script.length;
    },
  };
}
