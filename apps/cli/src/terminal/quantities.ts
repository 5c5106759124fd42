const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];
const COUNT_UNITS = ["", " K", " M", " B", " T"];

/** Three significant digits: 1.31 MiB. */
export function showBytes(bytes: number): string {
  const power = Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${significant(bytes / 1024 ** power)} ${BYTE_UNITS[power]}`;
}

/** Three significant digits: 1.37 M, as parameters are counted. */
export function showCount(count: number): string {
  if (count < 10_000) return String(count);
  const power = Math.min(COUNT_UNITS.length - 1, Math.floor(Math.log10(count) / 3));
  return `${significant(count / 1000 ** power)}${COUNT_UNITS[power]}`;
}

/** Milliseconds as 12 ms or 3.4 s. */
export function showDuration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Seconds as 40 s, 12 min or 1.5 h. */
export function showTimeLeft(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}

/** How far work over files is: 3 GiB of 10 GiB, 900 MiB/s, 8 s left, model.norm.weight. `total`: where it is known. */
export function progressText(progress: {
  readonly done: number;
  readonly total: number | undefined;
  readonly bytesPerSecond: number;
  readonly secondsLeft: number | undefined;
  readonly tensor: string;
}): string {
  const { done, total, bytesPerSecond, secondsLeft, tensor } = progress;
  const parts = [total === undefined ? showBytes(done) : `${showBytes(done)} of ${showBytes(total)}`];
  if (bytesPerSecond > 0) parts.push(`${showBytes(bytesPerSecond)}/s`);
  if (secondsLeft !== undefined && done !== total) parts.push(`${showTimeLeft(secondsLeft)} left`);
  return [...parts, tensor].join(", ");
}

/** Tokens in a second: 3.2, 45. */
export function showRate(perSecond: number): string {
  return Number.isFinite(perSecond) ? significant(perSecond) : "–";
}

function significant(value: number): string {
  return value >= 100 || Number.isInteger(value) ? String(Math.round(value)) : value.toPrecision(3);
}
