import type { Dialect } from "../../http/route.ts";

export const ollama: Dialect = {
  name: "Ollama",
  errorBody: ({ message }) => ({ error: message }),
};
