import type { VNode } from "preact";
import type { ToolCall } from "../api/chat-request.ts";
import { useApp } from "../app/app.ts";
import { Icon } from "../ui/icon.tsx";
import { readableJson } from "./readable-json.ts";

/** A call of a tool that the model asked for; this page only shows it. */
export function ToolCallCard({ call }: { readonly call: ToolCall }): VNode {
  const { t } = useApp();
  return (
    <details class="tool-call">
      <summary>
        <Icon name="tool" />
        <span>{t.value.chat.toolCall(call.name)}</span>
        <Icon name="right" />
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>{readableJson(call.arguments)}</pre>
    </details>
  );
}
