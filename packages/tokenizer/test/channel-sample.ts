import type { ChannelEvent } from "../src/index.ts";

/** A tool with an argument of each kind. */
export const WEATHER = {
  type: "function",
  function: {
    name: "get_weather",
    description: "Looks up the weather.",
    parameters: {
      type: "object",
      properties: {
        city: { type: "string" },
        days: { type: "integer" },
        hourly: { type: "boolean" },
        places: { type: "array", items: { type: "string" } },
      },
      required: ["city"],
    },
  },
};

export interface Sample {
  readonly title: string;
  /** Texts that the family's templates hold. */
  readonly signs: readonly string[];
  readonly opened?: boolean;
  readonly tools?: readonly unknown[];
  readonly answer: string;
  /** What comes out, pieces of one kind joined. */
  readonly events: readonly Told[];
}

export type Told = readonly ["reasoning" | "text" | "note", string] | readonly ["call", string, unknown];

export const tools = [WEATHER];
export const koeln = { city: "Köln" };
export const call = (args: unknown, name = "get_weather"): Told => ["call", name, args];
export const unread: Told = ["note", "could not be read"];

/** Events with pieces of one kind joined, ids left out and notes by what they must say. */
export function told(events: readonly ChannelEvent[]): Told[] {
  const list: Told[] = [];
  for (const event of events) {
    const last = list.at(-1);
    if (event.type === "tool-call") list.push(["call", event.name, event.arguments]);
    else if (event.type === "note")
      list.push(["note", /could not be read/.exec(event.text)?.[0] ?? event.text]);
    else if (last?.[0] === event.type) list.splice(-1, 1, [event.type, last[1] + event.text]);
    else list.push([event.type, event.text]);
  }
  return list;
}
