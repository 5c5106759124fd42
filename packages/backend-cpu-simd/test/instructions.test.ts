import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const objects = fileURLToPath(
  new URL("../build/CMakeFiles/engine_cpu_simd.dir/native/kernels/", import.meta.url),
);
const absent = reason();

function reason(): string | undefined {
  if (process.arch !== "x64") return "these instructions are those of x64";
  if (!existsSync(objects)) return "the native part was not built here";
  return spawnSync("objdump", ["--version"]).status === 0 ? undefined : "objdump was not found";
}

function objdump(option: string, path: string): string {
  return spawnSync("objdump", [option, path], { encoding: "utf8", maxBuffer: 2 ** 28 }).stdout;
}

/** What the levels that no machine here has are made of; their arithmetic is tested by the emulated ones. */
const INSTRUCTIONS: Readonly<Record<string, readonly string[]>> = {
  "tiles/amx.cc.o": ["ldtilecfg", "tileloadd", "tilestored", "tdpbssd", "tdpbf16ps", "tilerelease"],
  "tiles/amx-fp16.cc.o": ["tileloadd", "tdpbf16ps"],
  "bf16/avx512bf16.cc.o": ["vdpbf16ps"],
  "quantized/avx512vnni.cc.o": ["vpdpbusd"],
};

describe.skipIf(absent)(`instructions${absent ? ` (skipped: ${absent})` : ""}`, () => {
  test.each(Object.entries(INSTRUCTIONS))("%s holds its own", (object, names) => {
    const text = objdump("-d", join(objects, object));
    expect(names.filter((name) => !text.includes(`\t${name} `) && !text.includes(`\t${name}\n`))).toEqual([]);
  });

  // Disassemblers before binutils 2.40 do not know TDPFP16PS by name.
  test("amx-fp16 multiplies tiles of f16", () => {
    expect(objdump("-d", join(objects, "tiles/amx-fp16.cc.o"))).toMatch(/\tc4 e2 [0-9a-f][3b] 5c /);
    expect(objdump("-d", join(objects, "tiles/amx.cc.o"))).not.toMatch(/\tc4 e2 [0-9a-f][3b] 5c /);
  });

  // g++ once left them all out, and memory waited for products and products for memory.
  test.each(["avx2.cc.o", "avx512.cc.o", "avx512vnni.cc.o"])(
    "every product of few rows in quantized/%s prefetches its codes",
    (object) => {
      const functions = objdump("-dC", join(objects, "quantized", object)).split(/^[0-9a-f]+ </m);
      const fetching = new Map<string, boolean>();
      for (const code of functions) {
        const encoding = code.match(/^void \S*stream_(?:int8|rows)<\S*::(\w+)[,>]/)?.[1];
        if (encoding) fetching.set(encoding, fetching.get(encoding) || code.includes("\tprefetcht0 "));
      }
      expect(fetching.size).toBeGreaterThan(10);
      expect([...fetching].filter(([, fetches]) => !fetches)).toEqual([]);
    },
  );

  test("emulated levels hold none of them", () => {
    for (const object of [
      "tiles/amx-emulated.cc.o",
      "tiles/amx-fp16-emulated.cc.o",
      "bf16/avx512bf16-emulated.cc.o",
    ])
      expect(objdump("-d", join(objects, object))).not.toMatch(/\t(ldtilecfg|tdp\w+|vdpbf16ps)/);
  });

  test("nothing compiled for an instruction set runs while the library is loaded", () => {
    const all = readdirSync(objects, { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".o"),
    );
    expect(all.length).toBeGreaterThan(10);
    for (const file of all)
      expect(objdump("-h", join(objects, file)), basename(file)).not.toContain(".init_array");
  });
});
