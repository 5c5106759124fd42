import { entry, fileBytes } from "./files.ts";

/** One way a file can be broken, and what the user is told about it after the file's path. */
export interface Corruption {
  readonly what: string;
  readonly bytes: Buffer;
  readonly message: string;
}

const ZEROS = new Uint8Array(16);
const good = entry("F32", [2, 2], 0, 16);
const one = (value: unknown, data = ZEROS) => fileBytes({ w: value }, data);

/** The header's length field set to any value. */
function withLength(bytes: Buffer, length: bigint): Buffer {
  const out = Buffer.from(bytes);
  out.writeBigUInt64LE(length);
  return out;
}

export const corruptions: readonly Corruption[] = [
  {
    what: "shorter than 8 bytes",
    bytes: Buffer.from([1, 2, 3]),
    message:
      "3 bytes long, but a safetensors file begins with 8 bytes for the header's length. Download or copy the file again.",
  },
  {
    what: "header length past the end of the file",
    bytes: withLength(one(good), 5000n),
    message:
      "the header would be 5000 bytes long, but only 73 follow: the file was cut short. Download or copy the file again.",
  },
  {
    what: "header length over the limit",
    bytes: withLength(one(good), 2n ** 63n),
    message:
      "the header would be 9223372036854775808 bytes long, over the limit of 100000000: not a safetensors file. Download or convert the file again.",
  },
  {
    what: "a Git LFS pointer in the file's place",
    bytes: Buffer.from("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"),
    message:
      "holds a Git LFS pointer, a note of where the weights are, not safetensors. Run `git lfs pull` in its folder.",
  },
  {
    what: "a web page in the file's place",
    bytes: Buffer.from("<!doctype html><title>Not found</title>"),
    message: "holds a web page, not safetensors. The download went wrong: download the file itself again.",
  },
  {
    what: "header is not UTF-8",
    bytes: withLength(Buffer.concat([fileBytes('{"w":"'), Buffer.from([0xff, 0xfe])]), 8n),
    message: "the header is not UTF-8 text. Download or convert the file again.",
  },
  {
    what: "header is empty",
    bytes: fileBytes(""),
    message: "the header is empty. Download or convert the file again.",
  },
  {
    what: "header is not an object",
    bytes: fileBytes("[1, 2]  "),
    message: 'the header begins with "[1, 2]  ", not with "{". Download or convert the file again.',
  },
  {
    what: "header is not JSON",
    bytes: fileBytes('{"w": nul}'),
    message:
      'the header is not valid: a value is expected, but "n" stands there (character 6). Download or convert the file again.',
  },
  {
    what: "header stops midway",
    bytes: fileBytes('{"w": {"dtype": "F32"'),
    message:
      'the header is not valid: the text ends where "," or "}" is expected (character 21). Download or convert the file again.',
  },
  {
    what: "header nests too deep",
    bytes: fileBytes(`{"w":${"[".repeat(1000)}`),
    message:
      "the header is not valid: nested deeper than 64 levels (character 68). Download or convert the file again.",
  },
  {
    what: "one name for two tensors",
    bytes: fileBytes(`{"w":${JSON.stringify(good)},"\\u0077":${JSON.stringify(good)}}`, ZEROS),
    message:
      'the header is not valid: the key "w" is given twice (character 57). Download or convert the file again.',
  },
  {
    what: "metadata is not an object",
    bytes: fileBytes({ __metadata__: ["pt"] }),
    message: "__metadata__ must be an object of strings, but is a list. Download or convert the file again.",
  },
  {
    what: "metadata holds a number",
    bytes: fileBytes({ __metadata__: { step: 7 } }),
    message:
      '__metadata__ must map names to strings, but "step" is a number. Download or convert the file again.',
  },
  {
    what: "a tensor is no object",
    bytes: one(7),
    message: 'tensor "w": described by a number, not by an object. Download or convert the file again.',
  },
  {
    what: "unknown dtype",
    bytes: one({ ...good, dtype: "F31" }),
    message: 'tensor "w": unknown dtype "F31". Download or convert the file again.',
  },
  {
    what: "dtype in lower case",
    bytes: one({ ...good, dtype: "f32" }),
    message: 'tensor "w": unknown dtype "f32". Download or convert the file again.',
  },
  {
    what: "shape is no list",
    bytes: one({ ...good, shape: 4 }),
    message:
      'tensor "w": the shape must be a list of whole numbers from 0 to 2^53 - 1, but is 4. Download or convert the file again.',
  },
  {
    what: "negative size in a shape",
    bytes: one({ ...good, shape: [2, -2] }),
    message:
      'tensor "w": the shape must be a list of whole numbers from 0 to 2^53 - 1, but is [2,-2]. Download or convert the file again.',
  },
  {
    what: "fraction in a shape",
    bytes: one({ ...good, shape: [2, 2.5] }),
    message:
      'tensor "w": the shape must be a list of whole numbers from 0 to 2^53 - 1, but is [2,2.5]. Download or convert the file again.',
  },
  {
    what: "shape whose product overflows",
    bytes: one({ ...good, shape: [4294967296, 4294967296, 4294967296] }),
    message:
      'tensor "w": the shape [4294967296,4294967296,4294967296] of F32 is no possible number of bytes. Download or convert the file again.',
  },
  {
    what: "rows of half a byte",
    bytes: one(entry("F4", [4, 1], 0, 2)),
    message:
      'tensor "w": the shape [4,1] of F4 is no possible number of bytes. Download or convert the file again.',
  },
  {
    what: "data_offsets missing",
    bytes: one({ dtype: "F32", shape: [2, 2] }),
    message:
      'tensor "w": data_offsets must be two whole numbers from 0 to 2^53 - 1, but is missing. Download or convert the file again.',
  },
  {
    what: "data_offsets are not two",
    bytes: one({ ...good, data_offsets: [0, 8, 16] }),
    message:
      'tensor "w": data_offsets must be two whole numbers from 0 to 2^53 - 1, but is [0,8,16]. Download or convert the file again.',
  },
  {
    what: "data_offsets are not numbers",
    bytes: one({ ...good, data_offsets: ["0", "16"] }),
    message:
      'tensor "w": data_offsets must be two whole numbers from 0 to 2^53 - 1, but is ["0","16"]. Download or convert the file again.',
  },
  {
    what: "data ends before it begins",
    bytes: one({ ...good, data_offsets: [16, 0] }),
    message:
      'tensor "w": data_offsets end at 0, before they begin at 16. Download or convert the file again.',
  },
  {
    what: "bytes do not fit the shape",
    bytes: one({ ...good, shape: [2, 3] }),
    message:
      'tensor "w": shape [2,3] of F32 takes 24 bytes, but data_offsets [0, 16] hold 16. Download or convert the file again.',
  },
  {
    what: "file cut short",
    bytes: one(good, new Uint8Array(10)),
    message:
      'tensor "w" ends at byte 16 of the data, but the file holds only 10: it was cut short. Download or copy the file again.',
  },
  {
    what: "two tensors overlap",
    bytes: fileBytes({ a: entry("U8", [10], 0, 10), b: entry("U8", [8], 8, 16) }, ZEROS),
    message:
      'tensor "b" begins at byte 8 of the data, inside "a", which ends at 10. Download or convert the file again.',
  },
  {
    what: "a hole between tensors",
    bytes: fileBytes({ a: entry("U8", [4], 0, 4), b: entry("U8", [8], 8, 16) }, ZEROS),
    message:
      'bytes 4 to 8 of the data, before tensor "b", belong to no tensor. Download or convert the file again.',
  },
  {
    what: "bytes after the last tensor",
    bytes: one(entry("U8", [10], 0, 10)),
    message:
      "6 bytes follow the last tensor, which the header does not know. Download or convert the file again.",
  },
  {
    what: "a name with terminal controls",
    bytes: fileBytes({ "\u001b[2Jw\u202e": 1 }),
    message:
      'tensor "\\u001b[2Jw\\u202e": described by a number, not by an object. Download or convert the file again.',
  },
];
