import { describe, expect, it } from "vitest";
import { findJsonFault } from "./json-fault.ts";

const fault = (text: string) => findJsonFault(text, { duplicateKeys: "refuse" });

const VALID = [
  "0",
  "-1.5e+3",
  "true",
  "null",
  '""',
  '"\\u00e9\\n\\"\\\\"',
  "[]",
  "{}",
  " [ 1 , [ ] , { } ] \n",
  '{"a":{"b":[1,2,{"c":null}]},"d":"x"}',
  '{"a":{"x":1},"b":{"x":1}}',
];
const INVALID = [
  "",
  " ",
  "nul",
  "01",
  "+1",
  "1.",
  ".5",
  "1e",
  "NaN",
  "[1,]",
  "[1 2]",
  "[1",
  "]",
  "{",
  '{"a"}',
  '{"a":}',
  '{"a":1,}',
  '{"a":1 "b":2}',
  "{a:1}",
  "{'a':1}",
  '"a',
  '"\t"',
  '"\\x"',
  '"\\u12g4"',
  "[1]}",
  "{} {}",
  "[}",
  "\ufeff{}",
];

describe("findJsonFault", () => {
  it("agrees with JSON.parse on what is JSON", () => {
    for (const text of VALID) {
      expect(() => JSON.parse(text)).not.toThrow();
      expect(fault(text), text).toBeUndefined();
    }
    for (const text of INVALID) {
      expect(() => JSON.parse(text), text).toThrow();
      expect(fault(text), text).toBeDefined();
    }
  });

  it("agrees with JSON.parse on texts changed at random", () => {
    const base = '{"a":[1,-2.5e3,"x\\n\\u00e9"],"b":{"c":true,"d":null},"e":""}';
    const alphabet = '{}[]",:\\ue019-+.tfn \n\t';
    let state = 12345;
    const random = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    let refused = 0;
    for (let round = 0; round < 5000; round++) {
      let text = base;
      for (let change = random(3); change >= 0; change--) {
        const where = random(text.length);
        text = text.slice(0, where) + alphabet[random(alphabet.length)] + text.slice(where + random(2));
      }
      const parses = (() => {
        try {
          JSON.parse(text);
          return true;
        } catch {
          return false;
        }
      })();
      if (!parses) refused++;
      expect(findJsonFault(text, { duplicateKeys: "keep-last" }) === undefined, text).toBe(parses);
    }
    expect(refused).toBeGreaterThan(1000);
    expect(refused).toBeLessThan(5000);
  });

  it("gives the place and what was expected", () => {
    expect(fault('{"a": 1 "b"}')).toEqual({
      offset: 8,
      what: '"," or "}" is expected, but "\\"" stands there',
    });
    expect(fault('{"a": [1, 2')).toEqual({ offset: 11, what: 'the text ends where "," or "]" is expected' });
    expect(fault('{"a')).toEqual({ offset: 3, what: "the text ends inside a string" });
  });

  it("finds a key given twice, written in any way, in one object only", () => {
    expect(fault('{"a":1,"b":{"a":2},"\\u0061":3}')).toEqual({
      offset: 19,
      what: 'the key "a" is given twice',
    });
    expect(findJsonFault('{"a":1,"a":2}', { duplicateKeys: "keep-last" })).toBeUndefined();
    expect(fault('{"__proto__":1,"constructor":2}')).toBeUndefined();
  });

  it("does not follow hostile nesting", () => {
    expect(fault("[".repeat(5_000_000))).toEqual({ offset: 64, what: "nested deeper than 64 levels" });
  });
});
