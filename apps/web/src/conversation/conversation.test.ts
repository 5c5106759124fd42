import { describe, expect, it } from "vitest";
import { ApiError } from "../api/api-error.ts";
import { en } from "../i18n/en.ts";
import { tokensInContext } from "./context-use.ts";
import { draftAnswer } from "./draft.ts";
import { asJson, asMarkdown, fileName } from "./export.ts";
import type { Answer, Conversation, Message } from "./message.ts";
import { promptMessages, titleFrom } from "./prompt.ts";
import { branch, latestLeaf, versions } from "./tree.ts";

function question(id: string, parent: string | undefined, at: number): Message {
  return { id, conversation: "c", parent, at, role: "user", text: `text ${id}` };
}

function answer(id: string, parent: string, at: number): Answer {
  const made = draftAnswer({ conversation: "c", parent, model: "m", now: () => at }).answer();
  return { ...made, id, text: `text ${id}`, reasoning: "a thought", outcome: "complete" };
}

/** q1 → a1 → q2 → a2, with q2b beside q2 and a1b beside a1. */
const all = new Map(
  [
    question("q1", undefined, 1),
    answer("a1", "q1", 2),
    question("q2", "a1", 3),
    answer("a2", "q2", 4),
    question("q2b", "a1", 5),
    answer("a1b", "q1", 6),
  ].map((message) => [message.id, message] as const),
);
const at = (id: string): Message => all.get(id) as Message;

describe("the tree of versions", () => {
  it("gives the branch that ends in a message", () => {
    expect(branch(all, "a2").map(({ id }) => id)).toEqual(["q1", "a1", "q2", "a2"]);
    expect(branch(all, undefined)).toEqual([]);
    expect(branch(all, "gone")).toEqual([]);
  });

  it("does not hang on a circle, which only a broken store can have", () => {
    const circle = new Map(
      [question("x", "y", 1), question("y", "x", 2)].map((one) => [one.id, one] as const),
    );
    expect(branch(circle, "x").map(({ id }) => id)).toEqual(["y", "x"]);
  });

  it("gives all versions of a message, oldest first", () => {
    expect(versions(all, at("q2b")).map(({ id }) => id)).toEqual(["q2", "q2b"]);
    expect(versions(all, at("a1")).map(({ id }) => id)).toEqual(["a1", "a1b"]);
  });

  it("goes down to what was written last", () => {
    expect(latestLeaf(all, "q2")).toBe("a2");
    expect(latestLeaf(all, "a1")).toBe("q2b");
    expect(latestLeaf(all, "q1")).toBe("a1b");
  });
});

describe("what is sent", () => {
  it("is the system prompt and the branch without its thoughts", () => {
    expect(promptMessages("Be brief.", branch(all, "q2"))).toEqual([
      { role: "system", content: "Be brief." },
      { role: "user", content: "text q1" },
      { role: "assistant", content: "text a1" },
      { role: "user", content: "text q2" },
    ]);
    expect(promptMessages("  \n", [])).toEqual([]);
  });

  it("leaves out answers in which nothing came", () => {
    expect(promptMessages("", [at("q1"), { ...(at("a1") as Answer), text: "" }])).toHaveLength(1);
  });
});

it.each([
  ["  What is\ta tree?\nmore", "What is a tree?"],
  [`${"word ".repeat(20)}end`, `${"word ".repeat(12).trim().slice(0, 59)}…`],
  ["가".repeat(80), `${"가".repeat(60)}…`],
  ["\n\n", ""],
])("titles %j", (text, title) => {
  expect(titleFrom(text)).toBe(title);
});

describe("an answer while it comes", () => {
  const started = () => {
    let time = 1_000;
    const draft = draftAnswer({ conversation: "c", parent: "q", model: "m", now: () => time });
    return { draft, after: (ms: number) => (time += ms) };
  };

  it("times the thought and puts tool calls together", () => {
    const { draft, after } = started();
    draft.add({ type: "reasoning", text: "hm" });
    after(1_500);
    draft.add({ type: "reasoning", text: " so" });
    expect(draft.answer().reasoningMs).toBeUndefined();
    after(500);
    draft.add({ type: "tool-call", index: 0, id: "1", name: "f", arguments: '{"a"' });
    draft.add({ type: "tool-call", index: 0, id: undefined, name: undefined, arguments: ":1}" });
    draft.end();
    expect(draft.answer()).toMatchObject({
      reasoning: "hm so",
      reasoningMs: 2_000,
      toolCalls: [{ id: "1", name: "f", arguments: '{"a":1}' }],
      outcome: "complete",
    });
  });

  it("takes the first call however it is numbered", () => {
    const { draft } = started();
    draft.add({ type: "tool-call", index: 5_000_000, id: "1", name: "f", arguments: "" });
    expect(draft.answer().toolCalls).toHaveLength(1);
  });

  it("knows its rate over the last two seconds", () => {
    const { draft, after } = started();
    expect(draft.rate()).toBe(0);
    for (let piece = 0; piece < 50; piece++) {
      draft.add({ type: "text", text: "x" });
      after(100);
    }
    expect(draft.rate()).toBeCloseTo(10, 6);
  });

  it("times what came itself, until the server tells what it measured", () => {
    const { draft, after } = started();
    after(700);
    draft.add({ type: "text", text: "x" });
    expect(draft.answer().timings).toEqual({ ttftMs: 700, tokensPerSecond: undefined });
    for (let piece = 0; piece < 4; piece++) {
      after(250);
      draft.add({ type: "text", text: "x" });
    }
    const told = { ttftMs: 650, tokensPerSecond: 4.5 };
    draft.end("stopped");
    expect(draft.answer().timings).toEqual({ ttftMs: 700, tokensPerSecond: 4 });
    draft.add({ type: "timings", timings: told });
    draft.end();
    expect(draft.answer().timings).toEqual(told);
    draft.restart();
    expect(draft.answer().timings).toBeUndefined();
    after(30);
    draft.add({ type: "reasoning", text: "x" });
    expect(draft.answer().timings?.ttftMs).toBe(30);
  });

  it("ends as the server, the user or the network has it", () => {
    const cut = started().draft;
    cut.add({ type: "finish", reason: "length" });
    cut.end();
    expect(cut.answer().outcome).toBe("length");
    const lost = started().draft;
    lost.fail(new ApiError("offline", "gone"));
    expect(lost.answer().outcome).toBe("lost");
    const failed = started().draft;
    failed.add({ type: "text", text: "kept" });
    failed.fail(new ApiError("told", "Out of blocks.", { status: 507 }));
    expect(failed.answer()).toMatchObject({
      text: "kept",
      outcome: "failed",
      error: { kind: "told", message: "Out of blocks.", status: 507 },
    });
    failed.restart();
    expect(failed.answer()).toMatchObject({ text: "", outcome: "open", error: undefined });
  });
});

describe("exports", () => {
  const conversation: Conversation = {
    id: "c",
    title: "A title",
    createdAt: 1,
    updatedAt: 2,
    head: "a1",
    model: "m",
    system: "Be brief.\nBe kind.",
    sampling: {},
  };

  it("the shown branch as Markdown", () => {
    expect(asMarkdown(conversation, all, en)).toBe(
      "# A title\n\n> Be brief.\n> Be kind.\n\n## You\n\ntext q1\n\n## m\n\n<details><summary>Thought</summary>\n\na thought\n\n</details>\n\ntext a1\n",
    );
  });

  it("everything as JSON", () => {
    const read = JSON.parse(asJson([{ conversation, messages: [...all.values()] }]));
    expect(read.conversations[0].messages).toHaveLength(6);
    expect(read).toMatchObject({ format: "engine-conversations", version: 1 });
  });

  it.each([
    ["a/b: c?", "a-b-c.md"],
    ["../..", "conversation.md"],
    ["한국어 제목", "한국어-제목.md"],
  ])("%s into a file name", (title, name) => {
    expect(fileName(title, "md")).toBe(name);
  });
});

it("counts the context by the last answer that told", () => {
  const usage = { promptTokens: 100, completionTokens: 20, reasoningTokens: 0, cachedTokens: 0 };
  expect(tokensInContext([at("q1")])).toBeUndefined();
  expect(tokensInContext([at("q1"), { ...(at("a1") as Answer), usage }, at("q2")])).toBe(120);
});
