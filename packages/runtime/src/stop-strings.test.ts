import { expect, test } from "vitest";
import { StopStrings } from "./stop-strings.ts";

/** What comes out of pieces: the text before a stop, or all of it with the flush. */
function through(stops: readonly string[], pieces: readonly string[]): { text: string; stopped: boolean } {
  const stream = new StopStrings(stops);
  let all = "";
  for (const piece of pieces) {
    const { text, stopped } = stream.push(piece);
    all += text;
    if (stopped) return { text: all, stopped };
  }
  return { text: all + stream.flush(), stopped: false };
}

/** Every way to cut a text in pieces. */
function* cuts(text: string): Generator<string[]> {
  for (let bits = 0; bits < 2 ** (text.length - 1); bits++) {
    const pieces = [text[0]!];
    for (let i = 1; i < text.length; i++) {
      if ((bits >> (i - 1)) & 1) pieces.push(text[i]!);
      else pieces[pieces.length - 1] += text[i]!;
    }
    yield pieces;
  }
}

test.each<[string, string[], string, boolean]>([
  ["hello END x", ["END"], "hello ", true],
  ["aaab", ["aab"], "a", true],
  ["ababac", ["abac"], "ab", true],
  ["abcabd", ["abd", "cab"], "ab", true],
  ["xabcd", ["abcd", "bc"], "xa", true],
  ["xabcy", ["abcd", "c"], "xab", true],
  ["abcab", ["abcabd"], "abcab", false],
  ["nothing", ["END"], "nothing", false],
  ["###", ["##"], "", true],
  ["no stops", [], "no stops", false],
  ["aabaabaaaab", ["aabaaaa"], "aab", true],
])("%j with %j is cut the same wherever its pieces end", (text, stops, expected, stopped) => {
  for (const pieces of cuts(text))
    expect(through(stops, pieces), pieces.join("|")).toEqual({ text: expected, stopped });
});

test("text is held back only while it may begin a stop string", () => {
  const stream = new StopStrings(["STOP"]);
  expect(stream.push("go ST")).toEqual({ text: "go ", stopped: false });
  expect(stream.push("A")).toEqual({ text: "STA", stopped: false });
  expect(stream.push("STO")).toEqual({ text: "", stopped: false });
  expect(stream.flush()).toBe("STO");
  expect(stream.flush()).toBe("");
});

test("an empty stop string is refused", () => {
  expect(() => new StopStrings(["a", ""])).toThrow("one character or more");
});
