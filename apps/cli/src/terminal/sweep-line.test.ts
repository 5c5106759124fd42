import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fakeIo } from "../../test/fake-io.ts";
import { columnAfter, watchSweeps } from "./sweep-line.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance", "setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers());

const GIB = 2 ** 30;

/** A model whose steps read 8 GiB, one in a second. */
function streaming({ expertUses = 0 } = {}) {
  const begin = performance.now();
  const model = {
    weights: { resident: 0, mapped: 0, streamed: 8 * GIB },
    expertUses,
    stats() {
      const bytesRead = Math.round(((performance.now() - begin) / 1000) * GIB);
      return { streamed: { bytesRead, readSeconds: 0, stallSeconds: 0, expertUses: this.expertUses } };
    },
  };
  return model as never;
}

const line = (text: string): string => `\x1b7\x1b[B\r\x1b[2K${text}\x1b8`;
const dim = (text: string): string => `\x1b[2m${text}\x1b[22m`;

test("a token that is long in coming shows what is read for it below the text, and takes that away when it comes", () => {
  const io = fakeIo({ tty: true });
  {
    using sweeps = watchSweeps(io, streaming());
    sweeps.io.stdout.write("Once");
    vi.advanceTimersByTime(1000);
    const first = line(dim("1 GiB of 8 GiB, 1 GiB/s, 7 s left, weights of this step"));
    expect(io.err()).toBe(`\x1bD\x1b[A${first}`);
    vi.advanceTimersByTime(250);
    const second = line(dim("1.25 GiB of 8 GiB, 1 GiB/s, 7 s left, weights of this step"));
    expect(io.err()).toBe(`\x1bD\x1b[A${first}${second}`);
    sweeps.io.stdout.write(" upon");
    expect(io.err()).toBe(`\x1bD\x1b[A${first}${second}${line("")}`);
    vi.advanceTimersByTime(900);
    sweeps.io.stdout.write(" a");
  }
  vi.advanceTimersByTime(5000);
  expect(io.err().endsWith(line(""))).toBe(true);
  expect(io.out()).toBe("Once upon a");
});

test("what steps read of single experts has no end that is known", () => {
  const io = fakeIo({ tty: true });
  using sweeps = watchSweeps(io, streaming({ expertUses: 4 }));
  sweeps.io.stdout.write("Once");
  vi.advanceTimersByTime(2000);
  expect(io.err()).toContain(dim("2 GiB, 1 GiB/s, weights of this step"));
});

test("nothing is drawn behind a full line, nor where nobody looks or nothing is streamed", () => {
  const io = fakeIo({ tty: true });
  using sweeps = watchSweeps(io, streaming());
  sweeps.io.stdout.write("x".repeat(80));
  vi.advanceTimersByTime(5000);
  expect(io.err()).toBe("");
  sweeps.io.stdout.write("y");
  vi.advanceTimersByTime(5000);
  expect(io.err()).not.toBe("");

  const pipe = fakeIo();
  expect(watchSweeps(pipe, streaming()).io).toBe(pipe);
  const resident = { weights: {}, stats: () => ({}) } as never;
  expect(watchSweeps(io, resident).io).toBe(io);
});

test("columns are counted as terminals do", () => {
  expect(columnAfter(0, "abc", 80)).toBe(3);
  expect(columnAfter(3, "한국", 80)).toBe(7);
  expect(columnAfter(79, "한", 80)).toBe(2);
  expect(columnAfter(78, "ab", 80)).toBe(80);
  expect(columnAfter(80, "c", 80)).toBe(1);
  expect(columnAfter(40, "x\nab", 80)).toBe(2);
  expect(columnAfter(40, `\r${dim("abcd")}`, 80)).toBe(4);
});
