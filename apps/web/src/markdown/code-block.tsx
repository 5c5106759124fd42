import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { highlight, type Piece } from "./highlight.ts";

interface Coloured {
  readonly code: string;
  readonly pieces: readonly Piece[];
}

/** A program in an answer, with its language, its colours and a button that copies it. */
export function CodeBlock({ code, language }: { readonly code: string; readonly language: string }): VNode {
  const { t } = useApp();
  const [coloured, setColoured] = useState<Coloured>();
  useEffect(() => {
    let gone = false;
    highlight(code, language).then(
      (pieces) => !gone && pieces && setColoured({ code, pieces }),
      // Colours are no reason to show an error: the text is there.
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [code, language]);
  return (
    <figure class="code">
      <figcaption>
        <span>{language || "text"}</span>
        <CopyButton text={code} label={t.value.chat.copyCode} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>
        <code>{coloured ? withColours(coloured, code) : code}</code>
      </pre>
    </figure>
  );
}

/** While more streams in, what is coloured already keeps its colours. */
function withColours({ code: known, pieces }: Coloured, code: string) {
  if (!code.startsWith(known)) return code;
  return [
    ...pieces.map(({ text, kind }) => (kind === "" ? text : <span class={kind}>{text}</span>)),
    code.slice(known.length),
  ];
}
