export type { Otherwise } from "./calls/call-structure.ts";
export { createGrammars, type GrammarModel, type Grammars } from "./grammars.ts";
