import { type Backend, type Device, type Select, selectRow } from "@engine/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomValues } from "../random.ts";
import { mismatch } from "../tolerance.ts";
import { singleStep } from "./steps.ts";
import { openToy, TOY, type Toy, toyText } from "./toy.ts";

const ROWS = 5;
const text = toyText("select", 12);
const wanted = [1, 4, 5, 8, 11];
const greedy = new Float32Array(ROWS);
const warm = Float32Array.of(0.7, 1.3, 0, 0.1, 2);

const masked = new Uint32Array(ROWS * 2);
for (let row = 0; row < ROWS; row++) {
  for (let id = row; id < TOY.vocab; id += 3) masked[row * 2 + (id >> 5)]! |= 1 << (id & 31);
}
/** Changes of both signs, twice at one id, and none in row 2. */
const adjust = {
  row: Int32Array.of(0, 0, 0, 1, 3, 4, 4),
  id: Int32Array.of(3, 3, 36, 0, 17, 8, 9),
  divide: Float32Array.of(1.3, 1.3, 1.1, 2, 1, 1.5, 1),
  add: Float32Array.of(-0.5, 0, 4, 9, -100, 0.25, 7),
};
const noise = Uint32Array.from({ length: ROWS * 4 }, (_, i) => Math.imul(i + 1, 0x9e3779b9) >>> 0);
/** Rows 1 and 3 have counters of zero. */
const someNoise = noise.map((word, i) => ((i >> 2) % 2 === 1 && i % 4 >= 2 ? 0 : word));

const SELECTS: Readonly<Record<string, Select>> = {
  "the best": { top: 1, temperature: greedy },
  "the best of each": { top: 6, temperature: greedy },
  "all, in order": { top: TOY.vocab, temperature: greedy },
  "more than there are": { top: TOY.vocab + 3, temperature: greedy },
  "with temperatures": { top: 6, temperature: warm },
  "with adjusted logits": { top: 6, temperature: warm, adjust },
  "with a mask": { top: 6, temperature: warm, mask: masked },
  "with noise": { top: 3, temperature: warm, noise },
  "with noise in some rows": { top: 3, temperature: warm, noise: someNoise },
  "with all of it": { top: 5, temperature: warm, mask: masked, adjust, noise },
};

/** What the last op hands back is what core's `selectRow` makes of the same logits. */
export function testSelect(backend: Backend): void {
  let device: Device;
  let toy: Toy;
  beforeAll(async () => {
    device = await backend.open();
    toy = await openToy(device);
  });
  afterAll(async () => {
    await toy.dispose();
    await device.close();
  });

  for (const [what, select] of Object.entries(SELECTS)) {
    test(`selects ${what}`, async () => {
      const top = select.top;
      const ids = new Int32Array(ROWS * top).fill(-1);
      const values = new Float32Array(ROWS * top).fill(Number.NaN);
      const lse = new Float32Array(ROWS * 2).fill(Number.NaN);
      await toy.plan.run({ ...singleStep(text, { wanted }), select }, { ids, values, lse });
      for (let row = 0; row < ROWS; row++) {
        const raw = new Float32Array(TOY.vocab);
        await toy.plan.logits(row, raw);
        const expected = selectRow(raw, row, select);
        const count = expected.ids.length;
        expect(Array.from(ids.subarray(row * top, row * top + count))).toEqual(Array.from(expected.ids));
        // An adjustment may round once more in f32 than in doubles.
        const step = { absolute: 1e-6, relative: 1e-6 };
        expect(
          mismatch(values.subarray(row * top, row * top + count), expected.values, step),
        ).toBeUndefined();
        expect(mismatch(lse.subarray(row * 2, row * 2 + 2), expected.lse, step)).toBeUndefined();
      }
    });
  }

  test("noise draws each row by its own counter, and one seed gives one draw", async () => {
    const draw = async (words: Uint32Array): Promise<number[]> => {
      const ids = new Int32Array(ROWS);
      const select = { top: 1, temperature: new Float32Array(ROWS).fill(50), noise: words };
      await toy.plan.run({ ...singleStep(text, { wanted }), select }, { ids });
      return [...ids];
    };
    const other = Uint32Array.from(randomValues("noise", ROWS * 4, { from: 1, to: 2 ** 31, positive: true }));
    expect(await draw(noise)).toEqual(await draw(noise));
    expect(await draw(noise)).not.toEqual(await draw(other));
    expect(new Set(await draw(noise)).size).toBeGreaterThan(1);
  });
}
