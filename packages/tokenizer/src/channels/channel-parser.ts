import type { ChannelDescription, ToolForm } from "./channel-description.ts";
import type { ChannelEvent } from "./channel-event.ts";
import { EventWriter } from "./event-writer.ts";
import { firstMarker, unsureLength } from "./markers.ts";
import { beginsCall, readCalls } from "./read-calls.ts";
import { newCallId, type ToolSchemas, toolSchemas } from "./tool-call.ts";

export interface ChannelParserOptions {
  /** The prompt ended inside a thought. */
  readonly opened?: boolean;
  /** JSON schemas of the tools. Without any, calls are not looked for. */
  readonly tools?: readonly unknown[];
  readonly newId?: () => string;
}

/**
 * Splits an answer into thoughts, text and tool calls while it comes. How the text is cut into pieces changes where
 * an event's text is cut, and nothing else.
 */
export class ChannelParser {
  readonly #description: ChannelDescription;
  readonly #tools: ToolSchemas;
  readonly #newId: () => string;
  readonly #forms: readonly ToolForm[];
  readonly #bare: ToolForm | undefined;
  readonly #markers: readonly string[];
  readonly #out = new EventWriter();
  /** Text that is not understood yet. */
  #rest = "";
  #state: "answer" | "thought" | ToolForm;
  /** The answer may still turn out to be a call as a whole. */
  #undecided: boolean;
  #ended = false;

  constructor(description: ChannelDescription, options: ChannelParserOptions = {}) {
    const { reasoning, ignored } = description;
    this.#description = description;
    this.#tools = toolSchemas(options.tools ?? []);
    this.#newId = options.newId ?? newCallId;
    const forms = (options.tools?.length ?? 0) > 0 ? description.tools : [];
    this.#forms = forms.filter(({ open }) => open !== "");
    this.#bare = forms.find(({ open }) => open === "");
    const thought = reasoning ? [reasoning.open, reasoning.close] : [];
    this.#markers = [...new Set([...thought, ...ignored, ...this.#forms.map(({ open }) => open)])];
    this.#state = options.opened === true && reasoning ? "thought" : "answer";
    this.#undecided = this.#bare !== undefined;
    if (this.#state === "thought") this.#out.begin();
  }

  /** Whether what comes next belongs to a thought. */
  get thinking(): boolean {
    return this.#state === "thought";
  }

  /** Whether the text so far may end in the middle of a marker. */
  get unsure(): boolean {
    return this.#rest !== "";
  }

  push(piece: string): readonly ChannelEvent[] {
    this.#rest += piece;
    while (this.#step());
    return this.#out.take();
  }

  /** What is left once no more text comes: an open thought stays a thought, an open call is read as far as it goes. */
  finish(): readonly ChannelEvent[] {
    this.#ended = true;
    while (this.#step());
    const state = this.#state;
    // What is left of an answer is a call as a whole.
    if (state === "answer" && this.#rest !== "") this.#endCall(this.#bare!, this.#rest, this.#rest);
    else if (state !== "answer" && state !== "thought")
      this.#endCall(state, this.#rest, state.open + this.#rest);
    this.#rest = "";
    this.#out.end(state === "thought");
    return this.#out.take();
  }

  /** Understands some more of the rest; false when it needs more text for that. */
  #step(): boolean {
    if (this.#state === "answer") return this.#answer();
    if (this.#state === "thought") return this.#thought();
    return this.#call(this.#state);
  }

  #answer(): boolean {
    if (this.#undecided) {
      const call = beginsCall(this.#rest, this.#bare!, this.#tools);
      if (call === "yes" || (call === "open" && !this.#ended)) return false;
      this.#undecided = false;
    }
    const found = firstMarker(this.#rest, this.#markers, { ended: this.#ended });
    if (!found) return this.#sayBut("text", this.#markers);
    this.#out.say("text", this.#rest.slice(0, found.at));
    this.#rest = this.#rest.slice(found.at + found.marker.length);
    this.#enter(found.marker);
    return true;
  }

  #enter(marker: string): void {
    const { reasoning, ignored } = this.#description;
    const form = this.#forms.find(({ open }) => open === marker);
    if (form) this.#state = form;
    else if (marker === reasoning?.open && (reasoning.where === "anywhere" || this.#out.lineBegins)) {
      this.#state = "thought";
      this.#out.begin();
    } else if (ignored.includes(marker)) this.#out.skip();
    // The end of a thought that never began says nothing, unless the answer speaks of it.
    else if (marker === reasoning?.close && !this.#out.hasSaid) this.#out.skip();
    else this.#out.say("text", marker);
  }

  #thought(): boolean {
    const { close } = this.#description.reasoning!;
    const at = this.#rest.indexOf(close);
    if (at < 0) return this.#sayBut("reasoning", [close]);
    this.#out.say("reasoning", this.#rest.slice(0, at));
    this.#rest = this.#rest.slice(at + close.length);
    this.#state = "answer";
    this.#undecided = this.#bare !== undefined;
    this.#out.begin();
    return true;
  }

  #call(form: ToolForm): boolean {
    const end = form.close ?? form.open;
    const at = this.#rest.indexOf(end);
    if (at < 0) return false;
    const body = this.#rest.slice(0, at);
    // Without a closing marker the next call's opening one stays for the next step.
    const closing = form.close ?? "";
    this.#rest = this.#rest.slice(at + closing.length);
    this.#state = "answer";
    this.#endCall(form, body, form.open + body + closing);
    return true;
  }

  #endCall(form: ToolForm, body: string, raw: string): void {
    const calls = readCalls(form, body, this.#tools);
    if (calls) {
      this.#out.begin();
      for (const { id = this.#newId(), name, arguments: args } of calls)
        this.#out.add({ type: "tool-call", id, name, arguments: args });
      return;
    }
    this.#out.say("text", raw);
    const reason = `A tool call could not be read (${form.syntaxes.join(" or ")}), so it is given as text.`;
    this.#out.note(reason);
  }

  /** Says all of the rest but what may be the beginning of a marker. */
  #sayBut(type: "text" | "reasoning", markers: readonly string[]): false {
    const sure = this.#rest.length - (this.#ended ? 0 : unsureLength(this.#rest, markers));
    this.#out.say(type, this.#rest.slice(0, sure));
    this.#rest = this.#rest.slice(sure);
    return false;
  }
}
