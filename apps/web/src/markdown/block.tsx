import type { Token, Tokens } from "marked";
import type { ComponentChildren } from "preact";
import { CodeBlock } from "./code-block.tsx";
import { inline } from "./inline.tsx";

/** Deeper nesting than this is shown as the text it was written as, so that no answer can exhaust the stack. */
const DEEPEST = 24;

export interface Place {
  /** How many blocks it lies in. */
  readonly depth: number;
  /** The highest heading of the whole text, 1 to 6. */
  readonly top: number;
}

export function block(token: Token, { depth, top }: Place): ComponentChildren {
  if (depth > DEEPEST) return token.raw;
  const inner = (tokens: readonly Token[] | undefined): ComponentChildren =>
    tokens?.map((one) => block(one, { depth: depth + 1, top }));
  switch (token.type) {
    case "space":
    case "def":
      return undefined;
    case "paragraph":
      return <p>{inline(token.tokens)}</p>;
    case "heading":
      return heading(token as Tokens.Heading, top);
    case "code":
      return <CodeBlock code={token.text} language={token.lang?.split(/\s/, 1)[0] ?? ""} />;
    case "blockquote":
      return <blockquote>{inner(token.tokens)}</blockquote>;
    case "list":
      return list(token as Tokens.List, inner);
    case "table":
      return table(token as Tokens.Table);
    case "hr":
      return <hr />;
    case "text":
      return token.tokens ? inline(token.tokens) : token.text;
    case "html":
      return <p class="raw">{token.raw.trim()}</p>;
    default:
      return inline([token]);
  }
}

/** Each message is an h2 of the page: the highest heading in it is an h3, whatever it was written as. */
function heading({ depth, tokens }: Tokens.Heading, top: number): ComponentChildren {
  const levels = ["h3", "h4", "h5"] as const;
  const Level = levels[depth - top] ?? "h6";
  return <Level>{inline(tokens)}</Level>;
}

function list(
  token: Tokens.List,
  inner: (tokens: readonly Token[] | undefined) => ComponentChildren,
): ComponentChildren {
  const items = token.items.map((item, index) => (
    <li key={index} class={item.task ? "task" : undefined}>
      {item.task && !hasCheckbox(item.tokens) && (
        <input type="checkbox" checked={item.checked ?? false} disabled />
      )}
      {inner(item.tokens)}
    </li>
  ));
  if (!token.ordered) return <ul>{items}</ul>;
  return <ol start={typeof token.start === "number" ? token.start : 1}>{items}</ol>;
}

function hasCheckbox(tokens: readonly Token[]): boolean {
  return tokens.some(
    (token) =>
      token.type === "checkbox" || ("tokens" in token && hasCheckbox((token as Tokens.Generic).tokens ?? [])),
  );
}

function table(token: Tokens.Table): ComponentChildren {
  const aligned = (index: number) => ({
    class: token.align[index] ? `align-${token.align[index]}` : undefined,
  });
  return (
    // A wide table scrolls by itself, with the keyboard too.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div class="table" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {token.header.map((cell, index) => (
              <th scope="col" {...aligned(index)}>
                {inline(cell.tokens)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {token.rows.map((row) => (
            <tr>
              {row.map((cell, index) => (
                <td {...aligned(index)}>{inline(cell.tokens)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
