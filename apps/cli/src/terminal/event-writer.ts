import type { ChannelEvent } from "@engine/tokenizer";
import type { Io } from "../io.ts";
import { paint } from "./paint.ts";

/**
 * Shows an answer as it comes: its text and tool calls on stdout, notes on stderr. Thoughts appear on stderr and only
 * when that is a terminal, between a first and a last line of their own.
 */
export class EventWriter {
  readonly #io: Io;
  readonly #quiet: boolean;
  #thinking = false;
  #last = "";
  #called = false;

  /** `quiet`: notes only. */
  constructor(io: Io, { quiet = false }: { readonly quiet?: boolean | undefined } = {}) {
    this.#io = io;
    this.#quiet = quiet;
  }

  /** The last text written to stdout; empty when there was none. */
  get last(): string {
    return this.#last;
  }

  /** Whether the last event was a tool call, which ends its own line. */
  get called(): boolean {
    return this.#called;
  }

  write(event: ChannelEvent): void {
    this.#called = event.type === "tool-call";
    if (event.type !== "reasoning") this.end();
    if (event.type === "reasoning") this.#think(event.text);
    else if (event.type === "note") this.#tell(`note: ${event.text}\n`);
    else if (event.type === "text") this.#say(event.text);
    else {
      const line = this.#last === "" || this.#last.endsWith("\n") ? "" : "\n";
      this.#say(`${line}${event.name}(${JSON.stringify(event.arguments)})\n`);
    }
  }

  /** Ends a thought that is under way. */
  end(): void {
    if (!this.#thinking) return;
    this.#thinking = false;
    this.#tell("\n… end of thought\n");
  }

  #think(text: string): void {
    if (this.#quiet || this.#io.stderr.isTTY !== true || text === "") return;
    if (!this.#thinking) this.#tell("thinking …\n");
    this.#thinking = true;
    this.#tell(text);
  }

  #say(text: string): void {
    if (this.#quiet || text === "") return;
    this.#last = text;
    this.#io.stdout.write(text);
  }

  #tell(text: string): void {
    this.#io.stderr.write(paint(this.#io.stderr, this.#io.env).dim(text));
  }
}
