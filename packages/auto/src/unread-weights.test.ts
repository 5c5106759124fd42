import { Graph, weight } from "@engine/core";
import { expect, test } from "vitest";
import { unreadNote, unreadWeights } from "./unread-weights.ts";

const encoding = { type: "f32", shape: [1], parts: {} };

test("tensors are read, ignored for a reason, or unknown", () => {
  const graph = new Graph();
  weight(graph, "model.norm.weight", encoding);
  const source = { names: () => ["model.norm.weight", "model.rotary_emb.inv_freq", "model.surprise"] };
  const ignores = [{ names: /rotary_emb/, reason: "computed" }];
  const unread = unreadWeights({ ignores }, graph, source);
  expect(unread).toEqual({
    ignored: [{ name: "model.rotary_emb.inv_freq", reason: "computed" }],
    unknown: ["model.surprise"],
  });
  expect(unreadNote(unread, "toy")).toEqual([expect.stringContaining('"model.surprise"')]);
  expect(unreadNote({ ignored: [], unknown: [] }, "toy")).toEqual([]);
});
