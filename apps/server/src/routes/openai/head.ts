import { randomUUID } from "node:crypto";

/** What every piece of one answer has in common. */
export interface Head {
  readonly id: string;
  readonly created: number;
  readonly model: string;
}

export function newHead(prefix: string, model: string): Head {
  return { id: newId(prefix), created: Math.floor(Date.now() / 1000), model };
}

export function newId(prefix: string): string {
  return `${prefix}${randomUUID().replaceAll("-", "")}`;
}
