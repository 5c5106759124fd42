import type { createLowlight } from "lowlight";

/** The tree of a coloured program. */
export type Root = ReturnType<ReturnType<typeof createLowlight>["highlight"]>;

/** A piece of a program's text and what it is, as classes. */
export interface Piece {
  readonly text: string;
  readonly kind: string;
}

/** More than this is shown without colours: colouring would hold up the page. */
const LONGEST = 60_000;

/** Colours a program text; undefined for a language that is not known. The languages come with the first call. */
export async function highlight(code: string, language: string): Promise<readonly Piece[] | undefined> {
  if (language === "" || code.length > LONGEST) return undefined;
  const { lowlight } = await import("./languages.ts");
  const name = language.toLowerCase();
  return lowlight.registered(name) ? pieces(lowlight.highlight(name, code)) : undefined;
}

/** The leaves of the tree with the innermost kind of each. */
export function pieces(root: Root): Piece[] {
  const found: Piece[] = [];
  const walk = (nodes: Root["children"], kind: string): void => {
    for (const node of nodes) {
      if (node.type === "text") found.push({ text: node.value, kind });
      else if (node.type === "element") walk(node.children, kindOf(node.properties.className) || kind);
    }
  };
  walk(root.children, "");
  return found;
}

function kindOf(classes: unknown): string {
  const [first] = Array.isArray(classes) ? classes : [];
  return typeof first === "string" ? first : "";
}
