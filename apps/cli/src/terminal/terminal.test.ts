import { describe, expect, it, vi } from "vitest";
import { fakeIo } from "../../test/fake-io.ts";
import { paint } from "./paint.ts";
import { ProgressBar } from "./progress-bar.ts";
import { showBytes, showCount, showDuration, showRate } from "./quantities.ts";
import { table } from "./table.ts";

it("aligns columns and leaves no blanks at the end", () => {
  expect(table([["a", "1"], ["longer", "22"], ["b"]], { right: [1] })).toBe("a        1\nlonger  22\nb\n");
});

it("shows three significant digits", () => {
  expect([0, 1023, 1024, 1_500_000, 5 * 2 ** 30].map(showBytes)).toEqual([
    "0 B",
    "1023 B",
    "1 KiB",
    "1.43 MiB",
    "5 GiB",
  ]);
  expect([512, 1_369_728, 7_240_000_000].map(showCount)).toEqual(["512", "1.37 M", "7.24 B"]);
  expect([12.4, 3400].map(showDuration)).toEqual(["12 ms", "3.4 s"]);
  expect([3.456, 1234.5].map(showRate)).toEqual(["3.46", "1235"]);
});

describe("colours", () => {
  it.each([
    ["a terminal", { tty: true }, true],
    ["a pipe", { tty: false }, false],
    ["NO_COLOR", { tty: true, env: { NO_COLOR: "1" } }, false],
    ["a dumb terminal", { tty: true, env: { TERM: "dumb" } }, false],
  ])("follow %s", (_, options, coloured) => {
    const io = fakeIo(options);
    expect(paint(io.stderr, io.env).red("x") !== "x").toBe(coloured);
  });
});

describe("the progress bar", () => {
  const draw = (options: Parameters<typeof fakeIo>[0]): string => {
    vi.useFakeTimers({ toFake: ["performance"] });
    try {
      const io = fakeIo(options);
      using bar = new ProgressBar(io);
      bar.update(1, 4, "too early to be shown");
      vi.advanceTimersByTime(1000);
      bar.update(2, 4, "weights");
      bar.update(3, 4, "too soon after the last drawing");
      bar.clear();
      return io.err();
    } finally {
      vi.useRealTimers();
    }
  };

  it("draws one line over, without escape codes, and leaves it empty", () => {
    const line = `${"█".repeat(12)}${"░".repeat(12)}  50 % weights`;
    expect(draw({ tty: true })).toBe(`\r${line}\r${" ".repeat(line.length)}\r`);
  });

  it("is not there in a pipe or under CI", () => {
    expect(draw({ tty: false })).toBe("");
    expect(draw({ tty: true, env: { CI: "true" } })).toBe("");
  });
});
