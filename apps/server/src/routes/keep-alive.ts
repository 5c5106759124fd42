import { z } from "zod";
import { ApiError } from "../errors/api-error.ts";

/** Seconds, or a time such as "5m"; below 0 is for ever. */
export const keepAlive = z.union([z.number(), z.string().max(40)]).nullish();

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds; undefined where nothing is told. Throws 400 for a time that is none. */
export function parseKeepAlive(value: z.infer<typeof keepAlive>): number | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const text = String(value);
  if (/^-?\d+(\.\d+)?$/.test(text)) return milliseconds(Number(text) * 1000);
  const parts = [...text.matchAll(/(-?\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== text) {
    throw new ApiError(400, `'keep_alive': "${text}" is no time. Give seconds, or a text such as "5m".`, {
      param: "keep_alive",
      code: "invalid_value",
    });
  }
  return milliseconds(parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * UNITS[unit!]!, 0));
}

/** A time no date can hold is for ever too. */
const LONGEST = 10 * 365 * 24 * 3_600_000;

function milliseconds(ms: number): number {
  return ms < 0 || ms > LONGEST ? Number.POSITIVE_INFINITY : ms;
}
