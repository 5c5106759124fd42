/** A part of a message: text, or a place for an image, a sound or a video. */
export type MessagePart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: string; readonly [member: string]: unknown };

/** A message as chat templates take it. `arguments` of tool calls are objects, not JSON text. */
export interface ChatMessage {
  readonly role: string;
  readonly content?: string | readonly MessagePart[] | null;
  readonly tool_calls?: readonly unknown[];
  readonly [member: string]: unknown;
}

/** What form of `content` a template reads. */
export interface ContentForms {
  readonly text: boolean;
  readonly parts: boolean;
}

/** Brings text contents into a form the template reads; messages it can take as they are stay as they are. */
export function adaptContent(messages: readonly ChatMessage[], forms: ContentForms): readonly ChatMessage[] {
  return messages.map((message) => {
    const { content } = message;
    if (typeof content === "string") {
      return forms.text || !forms.parts
        ? message
        : { ...message, content: [{ type: "text", text: content }] };
    }
    if (!Array.isArray(content) || forms.parts) return message;
    const texts = content.map((part: MessagePart) => (part.type === "text" ? part.text : undefined));
    return texts.every((text) => typeof text === "string")
      ? { ...message, content: texts.join("") }
      : message;
  });
}

/**
 * Finds out what forms of content a template reads by rendering a short conversation in each form and looking
 * for its words. A template that refuses both is taken to read text.
 */
export function probeContent(render: (messages: readonly ChatMessage[]) => string): ContentForms {
  const question = "Where does the river end?";
  const answer = "In the wide sea.";
  const reads = (form: (text: string) => string | readonly MessagePart[]): boolean => {
    try {
      const text = render([
        { role: "user", content: form(question) },
        { role: "assistant", content: form(answer) },
        { role: "user", content: form(question) },
      ]);
      // The parts printed as data would contain the words too, beside their member names.
      return text.includes(question) && !/["']type["']\s*:\s*["']text["']/.test(text);
    } catch {
      return false;
    }
  };
  const text = reads((words) => words);
  const parts = reads((words) => [{ type: "text", text: words }]);
  return { text: text || !parts, parts };
}
