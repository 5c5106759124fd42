import { z } from "zod";
import { openai } from "../openai/dialect.ts";

/** What all routes of the management have in common. */
export const management = { access: "management", dialect: openai } as const;

export const namedModel = z.string().min(1).max(300);
