import { expect, it } from "vitest";
import { modelAndPrompt } from "./model-and-prompt.ts";

const here = new Set(["stories", "my model"]);
const read = (args: string[], flags = {}) => modelAndPrompt(args, flags, (path) => here.has(path));
const text = (words: string) => ({ from: "text", text: words });

it("takes the first argument as the model when there are two", () => {
  expect(read(["anything at all", "Hello"])).toEqual({ model: "anything at all", prompt: text("Hello") });
});

it.each(["Once upon a time", "Hello, world", "what?", "从前有一座山", ""])(
  "takes %j alone as a prompt for the demo model",
  (prompt) => expect(read([prompt])).toEqual({ prompt: text(prompt) }),
);

it.each([
  "stories",
  "my model",
  "nosuch",
  "org/name",
  "./a b",
  "../x",
  "/a b/c",
  "C:\\models\\x y",
  "a b.gguf",
])("takes %j alone as a model", (model) => expect(read([model])).toEqual({ model }));

it("takes an argument as the model when the prompt is a flag", () => {
  expect(read(["no such model"], { prompt: "Hello" })).toEqual({
    model: "no such model",
    prompt: text("Hello"),
  });
  expect(read([], { tokenIds: [1, 2] })).toEqual({ prompt: { from: "ids", ids: [1, 2] } });
  expect(read([])).toEqual({});
});

it("refuses two prompts", () => {
  expect(() => read(["stories", "Hello"], { prompt: "Hi" })).toThrow("given twice");
  expect(() => read(["stories"], { prompt: "Hi", file: "-" })).toThrow(
    "one of --prompt, --file and --token-ids",
  );
});
