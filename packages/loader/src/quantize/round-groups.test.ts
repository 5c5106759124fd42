import { bf16ToF32, f16ToF32, f32ToBf16, f32ToF16, type GroupLayout, philox, roundTo } from "@engine/core";
import { describe, expect, it } from "vitest";
import { groupedIntegers } from "../encodings/grouped-integers.ts";
import { fromFloats, toFloats } from "./float-bits.ts";
import { roundGroups } from "./round-groups.ts";

/** Values between -0.5 and 0.5, dense around 0. */
function values(count: number, seed: number): Float32Array {
  return Float32Array.from(
    { length: count },
    (_, i) => (philox([seed, 0], [i, 0, 0, 0])[0]! / 2 ** 32 - 0.5) ** 3 * 4,
  );
}

function roundTrip(x: Float32Array, layout: GroupLayout): Float32Array {
  const { bits, columns, group } = layout;
  const { packed, scale } = roundGroups(x, layout);
  const shape = [x.length / columns, columns];
  const encoding = groupedIntegers({ bits, shape, groups: columns / group, scale: "f16", zero: false });
  const out = new Float32Array(x.length);
  encoding.decode!({ packed, scale: new Uint8Array(scale.buffer) }, out);
  return out;
}

/** Weighted sum of squared errors. */
function error(x: Float32Array, y: Float32Array, importance?: Float32Array): number {
  return x.reduce(
    (sum, value, i) => sum + (value - y[i]!) ** 2 * (importance?.[i % importance.length] ?? 1),
    0,
  );
}

/** What Q4_0 makes of it: the farthest value is code -8. */
function q4_0(x: Float32Array): Float32Array {
  const out = new Float32Array(x.length);
  for (let at = 0; at < x.length; at += 32) {
    const group = [...x.subarray(at, at + 32)];
    const extreme = group.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
    const scale = roundTo("f16", extreme / -8);
    for (const [i, value] of group.entries()) {
      out[at + i] = scale * Math.min(7, Math.max(-8, Math.round(value / scale)));
    }
  }
  return out;
}

describe("groups rounded to whole numbers", () => {
  it.each([4, 8] as const)("keeps what %i bits can hold exactly", (bits) => {
    const half = 2 ** (bits - 1);
    const codes = Float32Array.from({ length: 64 }, (_, i) => ((i * 7) % (2 * half)) - half);
    // Both ends of the range are there, in one group with a scale of 1/8 and one of -1/4.
    const x = codes.map((code, i) => (i < 32 ? code / 8 : -code / 4));
    x[3] = -half / 8;
    x[40] = half / 4;
    if (bits === 4) expect(roundTrip(x, { bits, columns: 64, group: 32 })).toEqual(x);
    else {
      const y = roundTrip(x, { bits, columns: 64, group: 32 });
      for (let i = 0; i < 64; i++)
        expect(Math.abs(x[i]! - y[i]!)).toBeLessThanOrEqual(i < 32 ? 1 / 15 : 1 / 7);
    }
  });

  it("is nearer to the values than Q4_0 at the same size", () => {
    const x = values(64 * 96, 1);
    expect(error(x, roundTrip(x, { bits: 4, columns: 96, group: 32 }))).toBeLessThan(
      0.95 * error(x, q4_0(x)),
    );
  });

  it("of 8 bits is off by at most half a step", () => {
    const x = values(4 * 64, 2);
    const y = roundTrip(x, { bits: 8, columns: 64, group: 64 });
    for (let at = 0; at < x.length; at += 64) {
      const most = Math.max(...x.subarray(at, at + 64).map(Math.abs));
      for (let i = at; i < at + 64; i++) expect(Math.abs(x[i]! - y[i]!)).toBeLessThan((most / 127) * 0.56);
    }
  });

  it("errs less where it matters when told what matters", () => {
    const x = values(32 * 64, 3);
    const importance = Float32Array.from({ length: 64 }, (_, i) => (i % 4 === 0 ? 100 : 1));
    const plain = roundTrip(x, { bits: 4, columns: 64, group: 32 });
    const told = roundTrip(x, { bits: 4, columns: 64, group: 32, importance });
    expect(error(x, told, importance)).toBeLessThan(0.98 * error(x, plain, importance));
    const none = roundTrip(x, { bits: 4, columns: 64, group: 32, importance: new Float32Array(64) });
    expect(error(x, none)).toBeLessThan(1.5 * error(x, plain));
  });

  it("takes groups of zeros, of tiny and of huge values", () => {
    const x = new Float32Array(96).fill(1e-7, 32, 64).fill(3e5, 64);
    const y = roundTrip(x, { bits: 4, columns: 96, group: 32 });
    expect(y.subarray(0, 32)).toEqual(new Float32Array(32));
    expect(y.every(Number.isFinite)).toBe(true);
    expect(y[64]! / 3e5).toBeCloseTo(1, 2);
  });
});

describe("bits of floats", () => {
  it("reads every f16 and bf16 as core does, and writes it back", () => {
    const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const bytes = new Uint8Array(bits.buffer);
    for (const [type, reference] of [
      ["f16", f16ToF32],
      ["bf16", bf16ToF32],
    ] as const) {
      const read = toFloats(type, bytes);
      expect(read).toEqual(Float32Array.from(bits, reference));
      const written = new Uint16Array(fromFloats(type, read).buffer);
      expect([...bits.filter((value, i) => !Number.isNaN(read[i]!) && written[i] !== value)]).toEqual([]);
    }
  });

  it("rounds as core does", () => {
    const x = values(20_000, 4).map((value, i) => value * 2 ** ((i % 60) - 40));
    x.set([65519.9, 65520, -70000, Number.NaN, 2 ** -24, 2 ** -25, 1.5 * 2 ** -24, 0, -0]);
    expect(new Uint16Array(fromFloats("f16", x).buffer)).toEqual(Uint16Array.from(x, f32ToF16));
    expect(new Uint16Array(fromFloats("bf16", x).buffer)).toEqual(Uint16Array.from(x, f32ToBf16));
  });
});
