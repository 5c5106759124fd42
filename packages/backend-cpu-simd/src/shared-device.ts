import type { IsaLevel, Native, NativeDevice } from "./native.ts";
import { translated } from "./native-error.ts";

export interface DeviceKind {
  readonly level: IsaLevel;
  readonly threads: number;
  readonly everyThread: boolean;
}

interface Shared {
  readonly device: NativeDevice;
  users: number;
}

/** Per process, as its processors are: two models on two sets of threads would wait for each other's cores. */
const inUse = new Map<string, Shared>();

export interface Lease {
  readonly device: NativeDevice;
  /** Ends the threads when nobody else uses them. Called once. */
  release(): Promise<void>;
}

/** The threads of that kind, made for the first who asks. Steps of all who hold them run in turn. */
export function leaseDevice(native: Native, kind: DeviceKind): Lease {
  const key = JSON.stringify([kind.level, kind.threads, kind.everyThread]);
  let shared = inUse.get(key);
  if (!shared) {
    const device = translated(() => new native.Device(kind.level, kind.threads, kind.everyThread));
    shared = { device, users: 0 };
    inUse.set(key, shared);
  }
  const held = shared;
  held.users++;
  return {
    device: held.device,
    async release() {
      if (--held.users > 0) return;
      inUse.delete(key);
      await held.device.close();
    },
  };
}
