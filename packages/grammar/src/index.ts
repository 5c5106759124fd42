export { createGrammars, type GrammarModel, type Grammars } from "./grammars.ts";
