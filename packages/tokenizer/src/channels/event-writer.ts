import type { ChannelEvent } from "./channel-event.ts";

/** Collects events. White space beside markers is left out, so white space waits for what comes after it. */
export class EventWriter {
  #events: ChannelEvent[] = [];
  #space = "";
  /** A marker came, and nothing but white space since. */
  #fresh = false;
  #said = false;
  #lineBegins = true;

  /** Whether anything but white space was said since the last marker. */
  get hasSaid(): boolean {
    return this.#said;
  }

  /** Whether only white space was said since the last line break or marker. */
  get lineBegins(): boolean {
    return this.#lineBegins;
  }

  /** Another channel begins: white space before it is dropped. */
  begin(): void {
    this.#space = "";
    this.#fresh = true;
    this.#said = false;
    this.#lineBegins = true;
  }

  /** A marker without meaning. */
  skip(): void {
    if (!this.#said) this.begin();
  }

  say(type: "text" | "reasoning", piece: string): void {
    const line = piece.slice(piece.lastIndexOf("\n") + 1).trim() === "";
    this.#lineBegins = line && (this.#lineBegins || piece.includes("\n"));
    let text = this.#space + piece;
    if (this.#fresh) text = text.trimStart();
    const end = text.trimEnd().length;
    this.#space = text.slice(end);
    if (end === 0) return;
    this.#fresh = false;
    this.#said = true;
    this.#events.push({ type, text: text.slice(0, end) });
  }

  add(event: ChannelEvent): void {
    this.#events.push(event);
  }

  /** A word about the text before it, all of which is handed out first. */
  note(text: string): void {
    this.end(false);
    this.#events.push({ type: "note", text });
  }

  /** No more comes: white space at the end of a text belongs to it, at the end of a thought it does not. */
  end(inThought: boolean): void {
    if (this.#space !== "" && !inThought) this.#events.push({ type: "text", text: this.#space });
    this.#space = "";
  }

  take(): readonly ChannelEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}
