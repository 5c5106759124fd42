/** The marker that begins first in a text. No marker may hold another one, so it is also the first to end. */
export function firstMarker(
  text: string,
  markers: readonly string[],
): { readonly marker: string; readonly at: number } | undefined {
  let best: { marker: string; at: number } | undefined;
  for (const marker of markers) {
    const at = text.indexOf(marker);
    if (at >= 0 && (best === undefined || at < best.at)) best = { marker, at };
  }
  return best;
}

/** Length of the longest end of a text that may be the beginning of a marker. */
export function unsureLength(text: string, markers: readonly string[]): number {
  let longest = 0;
  for (const marker of markers) {
    for (let length = Math.min(marker.length - 1, text.length); length > longest; length--) {
      if (text.endsWith(marker.slice(0, length))) longest = length;
    }
  }
  return longest;
}
