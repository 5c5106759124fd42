import type { Token, Tokens } from "marked";
import type { ComponentChildren } from "preact";
import { plainText } from "./plain-text.ts";
import { safeLink } from "./safe-link.ts";

/** Text inside a block. Elements are made one by one, never from HTML text: what a model writes stays text. */
export function inline(tokens: readonly Token[] | undefined): ComponentChildren {
  return tokens?.map((token) => piece(token as Tokens.Generic));
}

function piece(token: Tokens.Generic): ComponentChildren {
  switch (token.type) {
    case "strong":
      return <strong>{inline(token.tokens)}</strong>;
    case "em":
      return <em>{inline(token.tokens)}</em>;
    case "del":
      return <del>{inline(token.tokens)}</del>;
    case "codespan":
      return <code>{plainText(token.text)}</code>;
    case "br":
      return <br />;
    case "link":
      return link(token.href, inline(token.tokens));
    // An image would be fetched from where a model says: a link tells the user first.
    case "image":
      return link(token.href, token.text || token.href);
    case "checkbox":
      return <input type="checkbox" checked={token.checked} disabled />;
    case "text":
    case "escape":
      return token.tokens ? inline(token.tokens) : plainText(token.text);
    default:
      return token.raw;
  }
}

function link(href: string, children: ComponentChildren): ComponentChildren {
  const safe = safeLink(href);
  if (safe === undefined) return children;
  return (
    <a href={safe} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}
