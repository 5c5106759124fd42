import { TransferRate } from "../hub/transfer-rate.ts";

/** Where the work stands; bytes are those of the source. */
export interface QuantizeProgress {
  readonly done: number;
  readonly total: number;
  readonly tensor: string;
  readonly bytesPerSecond: number;
  /** Undefined until a rate is known. */
  readonly secondsLeft: number | undefined;
}

/** Counts bytes of `total`, and tells how fast they come and how long the rest will take. */
export function progressReport(total: number, onProgress?: (progress: QuantizeProgress) => void) {
  const rate = new TransferRate(20_000);
  let done = 0;
  return {
    skip(bytes: number): void {
      done += bytes;
    },
    add(bytes: number, tensor: string): void {
      done += bytes;
      rate.add(bytes);
      const bytesPerSecond = rate.perSecond();
      const secondsLeft = bytesPerSecond > 0 ? (total - done) / bytesPerSecond : undefined;
      onProgress?.({ done, total, tensor, bytesPerSecond, secondsLeft });
    },
  };
}
