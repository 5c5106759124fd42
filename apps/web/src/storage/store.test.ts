import "fake-indexeddb/auto";
import { describe, expect, it } from "vitest";
import type { Conversation, Question } from "../conversation/message.ts";
import { openBrowserStore } from "./browser-store.ts";
import { createMemoryStore } from "./memory-store.ts";

const conversation = (id: string): Conversation => ({
  id,
  title: `title ${id}`,
  createdAt: 1,
  updatedAt: 2,
  head: undefined,
  model: "",
  system: "",
  sampling: { temperature: 0.5 },
});

const question = (id: string, conversation: string): Question => ({
  id,
  conversation,
  parent: undefined,
  at: 1,
  role: "user",
  text: "안녕 😀",
});

let names = 0;
const stores = {
  "in the browser": () => openBrowserStore(`test-${names++}`),
  "in memory": async () => createMemoryStore(),
};

describe.each(Object.entries(stores))("conversations %s", (_, open) => {
  it("come back as they were put, the last one of an id", async () => {
    const store = await open();
    await store.putConversation(conversation("a"));
    await store.putConversation({ ...conversation("a"), title: "new" });
    await store.putMessage(question("1", "a"));
    expect(await store.conversations()).toEqual([{ ...conversation("a"), title: "new" }]);
    expect(await store.messages("a")).toEqual([question("1", "a")]);
  });

  it("go with their messages and nobody else's", async () => {
    const store = await open();
    for (const id of ["a", "b"]) {
      await store.putConversation(conversation(id));
      await store.putMessage(question(`${id}1`, id));
      await store.putMessage(question(`${id}2`, id));
    }
    await store.remove("a");
    expect((await store.conversations()).map(({ id }) => id)).toEqual(["b"]);
    expect(await store.messages("a")).toEqual([]);
    expect((await store.messages("b")).map(({ id }) => id)).toEqual(["b1", "b2"]);
    await store.clear();
    expect(await store.conversations()).toEqual([]);
    expect(await store.messages("b")).toEqual([]);
  });
});

it("keeps conversations in the browser when it is opened again", async () => {
  const first = await openBrowserStore("again");
  await first.putConversation(conversation("a"));
  await first.putMessage(question("1", "a"));
  const second = await openBrowserStore("again");
  expect(await second.conversations()).toEqual([conversation("a")]);
  expect(await second.messages("a")).toEqual([question("1", "a")]);
  expect(second.lasting).toBe(true);
  expect(createMemoryStore().lasting).toBe(false);
});
