import type { VNode } from "preact";
import { useApp } from "../app/app.ts";
import type { Answer } from "../conversation/message.ts";
import { Markdown } from "../markdown/markdown.tsx";
import { Icon } from "../ui/icon.tsx";

/** A model's thought, folded; it can be opened while it is still being thought. */
export function Reasoning({ answer, live }: { readonly answer: Answer; readonly live: boolean }): VNode {
  const { t, format } = useApp();
  const text = t.value.chat;
  const thinking = live && answer.reasoningMs === undefined;
  const done =
    answer.reasoningMs === undefined
      ? text.thoughtPlain
      : text.thought(format.value.duration(answer.reasoningMs));
  return (
    <details class={`reasoning ${thinking ? "thinking" : ""}`}>
      <summary>
        <Icon name="bulb" />
        <span>{thinking ? text.thinking : done}</span>
        <Icon name="right" />
      </summary>
      <Markdown text={answer.reasoning} />
    </details>
  );
}
