import { type ReadonlySignal, signal } from "@preact/signals";

/** Sentences for screen readers. Beginnings and ends are told, never each token. */
export interface Announcer {
  readonly text: ReadonlySignal<string>;
  say(sentence: string): void;
}

export function createAnnouncer(): Announcer {
  const text = signal("");
  return {
    text,
    say(sentence) {
      // A no-break space makes a sentence differ from the same one before, so that it is read again.
      text.value = text.peek() === sentence ? `${sentence}\u00a0` : sentence;
    },
  };
}
