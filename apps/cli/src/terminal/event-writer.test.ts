import { expect, it } from "vitest";
import { fakeIo } from "../../test/fake-io.ts";
import { EventWriter } from "./event-writer.ts";

it("prints a call on a line of its own, and notes on stderr", () => {
  const io = fakeIo();
  const writer = new EventWriter(io);
  writer.write({ type: "reasoning", text: "Hm." });
  writer.write({ type: "text", text: "I ask." });
  writer.write({ type: "tool-call", id: "a", name: "weather", arguments: { city: "Rome" } });
  writer.write({ type: "note", text: "odd" });
  expect(io.out()).toBe('I ask.\nweather({"city":"Rome"})\n');
  expect(io.err()).toBe("note: odd\n");
});

it("draws thoughts dim on a terminal", () => {
  const io = fakeIo({ tty: true });
  const writer = new EventWriter(io);
  writer.write({ type: "reasoning", text: "Hm." });
  writer.end();
  expect(io.err()).toContain("\u001b[2mHm.\u001b[22m");
  expect(io.out()).toBe("");
});
