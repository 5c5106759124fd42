import { describe, expect, it } from "vitest";
import { failure } from "../test/files.ts";
import { type ReadFrom, readFully } from "./read-fully.ts";

type Read = (
  into: Uint8Array,
  offset: number,
  length: number,
  position: number,
) => Promise<{ bytesRead: number }>;

/** A file that answers as the function says; the real ones here are never slow, short or broken. */
function fake(read: Read, more: Partial<ReadFrom> = {}): ReadFrom {
  return { handle: { read } as unknown as ReadFrom["handle"], path: "w.safetensors", position: 100, ...more };
}

describe("readFully", () => {
  it("goes on after short reads", async () => {
    const asked: number[][] = [];
    const into = new Uint8Array(10);
    await readFully(
      into,
      fake(async (target, offset, length, position) => {
        asked.push([offset, length, position]);
        const bytesRead = Math.min(4, length);
        target.fill(asked.length, offset, offset + bytesRead);
        return { bytesRead };
      }),
    );
    expect([...into]).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3]);
    expect(asked).toEqual([
      [0, 10, 100],
      [4, 6, 104],
      [8, 2, 108],
    ]);
  });

  it("tells a failing disk from a short file", async () => {
    const eio = Object.assign(new Error("EIO: i/o error, read"), { code: "EIO" });
    const broken = await failure(
      readFully(
        new Uint8Array(4),
        fake(() => Promise.reject(eio)),
      ),
    );
    expect(broken.code).toBe("io-failed");
    expect(broken.message).toBe(
      "w.safetensors: the disk reports a read or write failure (EIO). Check it, and copy the file elsewhere.",
    );
    expect(broken.cause).toBe(eio);
    const short = await failure(
      readFully(
        new Uint8Array(4),
        fake(async () => ({ bytesRead: 0 })),
      ),
    );
    expect(short.code).toBe("bad-checkpoint");
    expect(short.message).toContain("ends at byte 100, where 4 more are expected");
  });

  it("stops between pieces when aborted or closed", async () => {
    const controller = new AbortController();
    let reads = 0;
    const once: Read = async () => {
      reads++;
      controller.abort();
      return { bytesRead: 1 };
    };
    const aborted = await failure(readFully(new Uint8Array(4), fake(once, { signal: controller.signal })));
    expect(aborted.code).toBe("aborted");
    expect(reads).toBe(1);
    const closed = new Error("closed");
    const check = () => {
      if (reads > 1) throw closed;
    };
    await expect(readFully(new Uint8Array(4), fake(once, { check }))).rejects.toBe(closed);
    expect(reads).toBe(2);
  });
});
