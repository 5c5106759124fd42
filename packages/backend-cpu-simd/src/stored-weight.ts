import {
  EngineError,
  type Extent,
  elements,
  isReadable,
  type WeightSource,
  type WeightUse,
} from "@engine/core";
import { type BlocksLayout, blocksLayout } from "./blocks.ts";
import type { Native } from "./native.ts";
import { STORED } from "./supports.ts";

/** A weight as its source holds it, and as what it is used. */
export interface StoredWeight {
  readonly use: WeightUse;
  readonly type: string;
  /** Undefined: decoded to f32 while it is loaded. */
  readonly part: string | undefined;
  readonly bytes: number;
  /** Of the first part, where all parts lie in files; then of all of them. */
  readonly extent: Extent | undefined;
  readonly extents: readonly Extent[];
  readonly blocks: BlocksLayout | undefined;
}

/** How each weight is stored. Throws `unsupported`, and `bad-checkpoint` where parts have not the bytes of their shape. */
export function storedWeights(
  native: Native,
  source: WeightSource,
  uses: readonly WeightUse[],
): StoredWeight[] {
  return uses.map((use) => {
    const held = partOf(native, use);
    const parts = held.blocks?.parts.map(({ name }) => name) ?? (held.part === undefined ? [] : [held.part]);
    const found = parts.map((part) => source.extent(use.name, part));
    const extents = found.every((extent) => extent !== undefined) ? found : [];
    return { use, ...held, extent: extents[0], extents };
  });
}

/** A plain weight has one part; its bytes must be those of its shape. */
function partOf(native: Native, use: WeightUse): Pick<StoredWeight, "type" | "part" | "bytes" | "blocks"> {
  const { name, encoding } = use;
  const stored = STORED[encoding.type];
  const count = elements(encoding.shape);
  if (!stored) {
    const blocks = blocksLayout(native, use);
    const bytes = blocks?.parts.reduce((sum, part) => sum + part.bytes, 0);
    if (blocks) return { type: encoding.type, part: blocks.parts[0]!.name, bytes: bytes!, blocks };
    if (isReadable(encoding)) return { type: "f32", part: undefined, bytes: 4 * count, blocks };
    throw new EngineError(
      "unsupported",
      `weight "${name}" is stored as ${encoding.type}, which has no kernels here and no decoder.`,
    );
  }
  const bytes = stored.bytes * count;
  const [part, ...others] = Object.entries(encoding.parts);
  if (!part || others.length > 0 || part[1].bytes !== bytes) {
    throw new EngineError(
      "bad-checkpoint",
      `weight "${name}": one part of ${bytes} bytes was expected for its shape.`,
    );
  }
  return { type: encoding.type, part: part[0], bytes, blocks: undefined };
}
