import {
  decodeFloats,
  EngineError,
  elements,
  encodeFloats,
  SEQUENCE,
  type StateSlots,
  type StateSpec,
  type StepInput,
} from "@engine/core";

/** The slots of one recurrent state. */
export class SlotPool {
  readonly group = -1;
  readonly #width: number;
  readonly #values: Float32Array;

  constructor(
    readonly spec: StateSpec,
    readonly slots: number,
  ) {
    this.#width = elements(spec.shape);
    this.#values = new Float32Array(slots * this.#width);
  }

  get bytes(): number {
    return this.#values.byteLength;
  }

  /** The state as one step's sequences read and write it. */
  view(step: StepInput): StateSlots {
    const slot = (sequence: number, column: number): number =>
      step.sequences[sequence * SEQUENCE.stride + column]!;
    return {
      read: (sequence) => {
        const from = slot(sequence, SEQUENCE.slotRead);
        return from < 0 ? new Float32Array(this.#width) : this.#slot(from);
      },
      write: (sequence, values) => this.#slot(slot(sequence, SEQUENCE.slotWritten)).set(values),
    };
  }

  copy(from: number, _: number, to: number): void {
    this.#slot(to).set(this.#slot(from));
  }

  read(slot: number, into: Uint8Array): void {
    into.set(encodeFloats("f32", this.#checked(slot, into.length)));
  }

  write(slot: number, from: Uint8Array): void {
    this.#checked(slot, from.length).set(decodeFloats("f32", from));
  }

  #slot(slot: number): Float32Array {
    return this.#values.subarray(slot * this.#width, (slot + 1) * this.#width);
  }

  #checked(slot: number, bytes: number): Float32Array {
    if (Number.isInteger(slot) && slot >= 0 && slot < this.slots && bytes === 4 * this.#width)
      return this.#slot(slot);
    const held = `slots have ${4 * this.#width} bytes and there are ${this.slots}`;
    throw new EngineError(
      "bad-option",
      `state "${this.spec.name}": slot ${slot} with ${bytes} bytes; ${held}.`,
    );
  }
}
