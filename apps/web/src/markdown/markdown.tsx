import { lexer, type Token, type Tokens, type TokensList } from "marked";
import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { block } from "./block.tsx";

/**
 * A model's answer. While it streams only the last block changes: the others are drawn once and kept.
 */
export function Markdown({ text }: { readonly text: string }): VNode {
  // The whole conversation is drawn again with each piece of its last answer; older answers cost nothing then.
  return useMemo(() => blocks(text), [text]);
}

function blocks(text: string): VNode {
  const tokens = lexer(text, { gfm: true, breaks: false });
  const links = Object.keys((tokens as TokensList).links ?? {}).length;
  const top = Math.min(6, ...tokens.map((token) => (token.type === "heading" ? token.depth : 6)));
  return (
    <div class="markdown">
      {tokens.map((token, index) => (
        <Block key={index} token={token} links={links} top={top} />
      ))}
    </div>
  );
}

interface BlockProps {
  readonly token: Token;
  /** How many link definitions the text has: a late one changes what earlier blocks mean. */
  readonly links: number;
  readonly top: number;
}

function Block({ token, links, top }: BlockProps): VNode {
  // A token with the same text is the same block.
  return useMemo(
    () => <>{block(token as Tokens.Generic, { depth: 0, top })}</>,
    [token.raw, token.type, links, top],
  );
}
