import { expect, it } from "vitest";
import type { Conversation } from "../conversation/message.ts";
import { groupByDay } from "./group-by-day.ts";

it("groups by the user's days, not by 24 hours", () => {
  const now = new Date(2026, 2, 1, 0, 30);
  const at = (id: string, date: Date) => ({ id, updatedAt: date.getTime() }) as Conversation;
  const groups = groupByDay(
    [
      at("a", new Date(2026, 2, 1, 0, 1)),
      at("b", new Date(2026, 1, 28, 23, 59)),
      at("c", new Date(2026, 1, 28, 0, 0)),
      at("d", new Date(2026, 1, 27, 23, 59)),
    ],
    now,
  );
  expect(groups.map(({ day, conversations }) => [day, conversations.map(({ id }) => id).join("")])).toEqual([
    ["today", "a"],
    ["yesterday", "bc"],
    ["earlier", "d"],
  ]);
  expect(groupByDay([], now)).toEqual([]);
});
