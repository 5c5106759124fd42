import { expect, test } from "vitest";
import { told, WEATHER } from "../../test/channel-sample.ts";
import { ChannelParser, callFrame, detectChannels } from "../index.ts";
import { CALLS } from "./call-table.ts";

const framed = CALLS.filter(({ value }) => [value].flat().some(({ frame }) => frame !== undefined));

test.each(framed.map((row) => [row.name, row.signs[0]!] as const))(
  "a call framed for %s is read",
  (_, sign) => {
    const description = detectChannels({ templates: [sign], hasToken: () => false });
    const { begin, end } = callFrame(description, "get_weather")!;
    const parser = new ChannelParser(description, { tools: [WEATHER] });
    const events = [...parser.push(`${begin}{"city": "Köln"}${end}`), ...parser.finish()];
    expect(told(events)).toEqual([["call", "get_weather", { city: "Köln" }]]);
  },
);

test("calls that are no plain text have no frame", () => {
  const gemma = detectChannels({ templates: ["<|tool_call>"], hasToken: () => false });
  expect(callFrame(gemma, "get_weather")).toBeUndefined();
  expect(callFrame(detectChannels({ templates: [], hasToken: () => false }), "a")).toBeUndefined();
});
