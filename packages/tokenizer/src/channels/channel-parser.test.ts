import { describe, expect, test } from "vitest";
import { type Sample, told, WEATHER } from "../../test/channel-sample.ts";
import { GEMMA_SAMPLES } from "../../test/gemma-samples.ts";
import { MESSAGE_SAMPLES } from "../../test/message-samples.ts";
import { OTHER_SAMPLES } from "../../test/other-samples.ts";
import { TAG_SAMPLES } from "../../test/tag-samples.ts";
import { TOKEN_SAMPLES } from "../../test/token-samples.ts";
import { type ChannelDescription, ChannelParser, detectChannels } from "../index.ts";

const SAMPLES = [...GEMMA_SAMPLES, ...TAG_SAMPLES, ...MESSAGE_SAMPLES, ...TOKEN_SAMPLES, ...OTHER_SAMPLES];

const describeSigns = (signs: readonly string[]) =>
  detectChannels({ templates: [signs.join("\n")], hasToken: () => false });

function read(
  { opened = false, tools = [] }: Sample,
  description: ChannelDescription,
  pieces: readonly string[],
) {
  const parser = new ChannelParser(description, { opened, tools });
  return [...pieces.flatMap((piece) => parser.push(piece)), ...parser.finish()];
}

/** Every letter alone, every cut in two, cuts with a short piece in the middle, and even widths. */
function cuts(answer: string): string[][] {
  const all = [[...answer]];
  for (let at = 0; at <= answer.length; at++) {
    all.push([answer.slice(0, at), answer.slice(at)]);
    for (let to = at + 1; to <= Math.min(at + 6, answer.length); to++) {
      all.push([answer.slice(0, at), answer.slice(at, to), answer.slice(to)]);
    }
  }
  for (const width of [2, 3, 5, 7]) all.push(answer.match(new RegExp(`.{1,${width}}`, "gs")) ?? []);
  return all;
}

describe.each(SAMPLES.map((sample) => [`${sample.signs[0] ?? "plain"} ${sample.title}`, sample] as const))(
  "%s",
  (_, sample) => {
    const { answer, events, signs } = sample;
    const description = describeSigns(signs);

    test("gives its events", () => expect(told(read(sample, description, [answer]))).toEqual(events));

    test("gives the same in every cut", () => {
      const wanted = JSON.stringify(events);
      const different = cuts(answer).filter(
        (pieces) => JSON.stringify(told(read(sample, description, pieces))) !== wanted,
      );
      expect(different).toEqual([]);
    });
  },
);

test("text is handed out as soon as it is sure", () => {
  const parser = new ChannelParser(describeSigns(["<think>", "<tool_call>"]), { tools: [WEATHER] });
  expect(parser.push("Hello ")).toEqual([{ type: "text", text: "Hello" }]);
  expect(parser.push("you <")).toEqual([{ type: "text", text: " you" }]);
  expect(parser.push("b>")).toEqual([{ type: "text", text: " <b>" }]);
});

test("JSON that is no call does not wait for its end", () => {
  const llama = describeSigns(['{"name": function name, "parameters":']);
  const parser = new ChannelParser(llama, { tools: [WEATHER] });
  expect(parser.push('{"name": "get_w')).toEqual([]);
  expect(parser.push('alls", ')).toEqual([{ type: "text", text: '{"name": "get_walls",' }]);
});

test("ids are the model's own, or nine letters and digits", () => {
  const parser = new ChannelParser(describeSigns(["[TOOL_CALLS]"]), { tools: [WEATHER] });
  parser.push('[TOOL_CALLS]a[CALL_ID]A1b2C3d4e[ARGS]{}[TOOL_CALLS][{"name":"b","id":"123456789"}]');
  const more = '[TOOL_CALLS][{"name":"c"},{"name":"c"}]';
  const calls = [...parser.push(more), ...parser.finish()];
  const ids = calls.map((event) => (event.type === "tool-call" ? event.id : event.type));
  expect(ids[0]).toBe("123456789");
  expect(ids.slice(1)).toEqual([expect.stringMatching(/^\w{9}$/), expect.stringMatching(/^\w{9}$/)]);
  expect(ids[1]).not.toBe(ids[2]);
});
