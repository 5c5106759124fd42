import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadTokenizer } from "@engine/tokenizer";
import { describe, expect, test } from "vitest";
import { say } from "../test/scripted.ts";

const folder = fileURLToPath(new URL("../../../../shared/tokenizers/", import.meta.url));
const tools = [
  { type: "function", function: { name: "weather", parameters: { type: "object", properties: {} } } },
];

describe.skipIf(!existsSync(folder))(`published tokenizers (skipped where ${folder} is absent)`, () => {
  test("Mistral: the marker is a special token and shows only as a call", async () => {
    const tokenizer = await loadTokenizer(`${folder}mistral-v3`);
    expect(tokenizer.specialIds.has(tokenizer.tokenId("[TOOL_CALLS]")!)).toBe(true);
    const answer = '[TOOL_CALLS][{"name": "weather", "arguments": {"city": "Köln"}}]</s>';
    const { result, events } = await say(tokenizer, answer, { tools });
    expect(result).toMatchObject({ text: "", toolCalls: [{ name: "weather", arguments: { city: "Köln" } }] });
    expect(events.map(({ type }) => type)).toEqual(["tool-call", "finish"]);
    // Encoded by itself the script begins with a space; "[INST]" is special and no marker.
    expect((await say(tokenizer, "Grüß Gott. 🙂 [INST]")).result.text).toBe(" Grüß Gott. 🙂 ");
  });

  test("Qwen: markers of ordinary tokens, stops of special ones, letters over several tokens", async () => {
    const tokenizer = await loadTokenizer(`${folder}qwen2`);
    const channels = {
      name: "test",
      reasoning: { open: "<think>", close: "</think>", forced: "\n</think>\n\n", where: "line" },
      tools: [],
      ignored: [],
      stops: ["<|im_end|>"],
    } as const;
    const answer = "<think>\n思考 🙂\n</think>\n\nJa: 🧭 é.<|im_end|>more";
    const { result } = await say(tokenizer, answer, { channels });
    expect(result).toMatchObject({ reasoning: "思考 🙂", text: "Ja: 🧭 é.", finishReason: "stop" });
    const cut = await say(tokenizer, "<think>\none two three four five six", { channels, thoughtBudget: 4 });
    expect(cut.result.reasoning).toMatch(/^one( two)?( three)?$/);
    expect(cut.result.text).toMatch(/six$/);
    expect(`${cut.result.reasoning} ${cut.result.text}`).toBe("one two three four five six");
  });
});
