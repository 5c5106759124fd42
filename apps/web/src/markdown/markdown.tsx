import { lexer, type Token, type Tokens, type TokensList } from "marked";
import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { block } from "./block.tsx";

/**
 * A model's answer. While it streams only the last block changes: the others are drawn once and kept.
 */
export function Markdown({ text }: { readonly text: string }): VNode {
  const tokens = useMemo(() => lexer(text, { gfm: true, breaks: false }), [text]);
  const links = Object.keys((tokens as TokensList).links ?? {}).length;
  return (
    <div class="markdown">
      {tokens.map((token, index) => (
        <Block key={index} token={token} links={links} />
      ))}
    </div>
  );
}

/** `links` counts the link definitions: a late one changes what earlier blocks mean. */
function Block({ token, links }: { readonly token: Token; readonly links: number }): VNode {
  // A token with the same text is the same block.
  return useMemo(() => <>{block(token as Tokens.Generic)}</>, [token.raw, token.type, links]);
}
