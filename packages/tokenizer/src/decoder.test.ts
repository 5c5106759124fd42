import { describe, expect, it } from "vitest";
import { compileDecoder } from "./decoder.ts";
import type { JsonObject } from "./json.ts";

function decode(json: JsonObject | null, tokens: readonly string[]): string {
  const { bytes } = compileDecoder(json);
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(
    Uint8Array.from(tokens.flatMap((token, i) => [...bytes(token, { first: i === 0 })])),
  );
}

describe("compileDecoder", () => {
  it("reads the byte alphabet, and takes tokens outside of it as they are", () => {
    expect(decode({ type: "ByteLevel" }, ["Ġthe", "ðŁ", "¦", "Ļ"])).toBe(" the🦙");
    expect(decode({ type: "ByteLevel" }, ["<｜end▁of▁text｜>", "Ċ"])).toBe("<｜end▁of▁text｜>\n");
  });

  it("keeps a byte order mark", () => {
    expect(decode({ type: "ByteLevel" }, ["ï»¿", "a"])).toBe("\ufeffa");
  });

  // Expected strings from decoders.Metaspace(...).decode of the Rust library 0.23.3.
  it("drops every ▁ of the first token with Metaspace, unless it never prepends", () => {
    const tokens = ["▁▁the", "▁river", "▁"];
    expect(decode({ type: "Metaspace", replacement: "▁", prepend_scheme: "always" }, tokens)).toBe(
      "the river ",
    );
    expect(decode({ type: "Metaspace", replacement: "▁", prepend_scheme: "never" }, tokens)).toBe(
      "  the river ",
    );
    expect(decode({ type: "Metaspace", replacement: "▁", add_prefix_space: false }, tokens)).toBe(
      "  the river ",
    );
  });

  it("joins with spaces where there is no decoder", () => {
    expect(decode(null, ["a", "b", "c"])).toBe("a b c");
  });

  it("takes $ in a replacement as it stands", () => {
    expect(decode({ type: "Replace", pattern: { String: "▁" }, content: "$&" }, ["▁a"])).toBe("$&a");
  });

  it.each([
    { type: "CTC" },
    { type: "Sequence", decoders: [{ type: "Fuse" }, { type: "BPEDecoder", suffix: "</w>" }] },
    { type: "Replace", pattern: { Regex: "a+" }, content: "" },
    { type: "Sequence", decoders: [{ type: "Fuse" }, { type: "Strip", content: " ", start: 0, stop: 1 }] },
  ])("refuses %j", (json) => {
    expect(() => compileDecoder(json)).toThrowError(expect.objectContaining({ code: "unsupported" }));
  });
});
