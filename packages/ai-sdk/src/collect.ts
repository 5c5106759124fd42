import type { Content, GenerateResult, StreamPart, Warning } from "./spec.ts";

/** A whole answer from the parts of a stream. What was noted about the answer is a warning too. */
export async function collect(parts: AsyncIterable<StreamPart>): Promise<GenerateResult> {
  const content: Content[] = [];
  const warnings: Warning[] = [];
  let response: GenerateResult["response"] = {};
  let end: Extract<StreamPart, { type: "finish" }> | undefined;
  for await (const part of parts) {
    const last = content.at(-1);
    switch (part.type) {
      case "stream-start":
        warnings.push(...part.warnings);
        break;
      case "response-metadata": {
        const { type: _, ...metadata } = part;
        response = { ...response, ...metadata };
        break;
      }
      case "text-start":
        content.push({ type: "text", text: "" });
        break;
      case "reasoning-start":
        content.push({ type: "reasoning", text: "" });
        break;
      case "text-delta":
      case "reasoning-delta":
        if (last && "text" in last) last.text += part.delta;
        break;
      case "tool-call":
        content.push(part);
        break;
      case "finish":
        end = part;
        break;
      default:
    }
  }
  const { finishReason, usage, providerMetadata } = end!;
  const notes = providerMetadata?.engine?.notes;
  if (Array.isArray(notes)) {
    for (const message of notes) warnings.push({ type: "other", message: String(message) });
  }
  return { content, finishReason, usage, warnings, response, ...(providerMetadata && { providerMetadata }) };
}
