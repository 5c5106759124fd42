import type { VNode } from "preact";
import { useApp } from "../app/app.ts";
import type { Answer } from "../conversation/message.ts";

/** The answer in numbers, as the server measured them; as this page did where the answer broke off. */
export function AnswerStats({ answer: { usage, timings } }: { readonly answer: Answer }): VNode | null {
  const { t, format } = useApp();
  const text = t.value.stats;
  const { whole, rate, duration } = format.value;
  const parts: string[] = [];
  if (timings?.tokensPerSecond !== undefined) parts.push(text.tokensPerSecond(rate(timings.tokensPerSecond)));
  if (timings?.ttftMs !== undefined) parts.push(text.firstToken(duration(timings.ttftMs)));
  if (usage) parts.push(text.tokens(whole(usage.completionTokens)));
  if (usage && usage.cachedTokens > 0) parts.push(text.cached(whole(usage.cachedTokens)));
  if (parts.length === 0) return null;
  return (
    <ul class="stats" aria-label={text.label}>
      {parts.map((part) => (
        <li key={part}>{part}</li>
      ))}
    </ul>
  );
}
