/**
 * The marker that begins first in a text, the longest of those that begin there. While the text may go on, nothing
 * is found where another marker, begun before it or with it, may still be on its way.
 */
export function firstMarker(
  text: string,
  markers: readonly string[],
  { ended }: { readonly ended: boolean },
): { readonly marker: string; readonly at: number } | undefined {
  let best: { marker: string; at: number } | undefined;
  for (const marker of markers) {
    const at = text.indexOf(marker);
    if (at < 0 || (best !== undefined && at > best.at)) continue;
    if (best === undefined || at < best.at || marker.length > best.marker.length) best = { marker, at };
  }
  if (best === undefined || ended || text.length - unsureLength(text, markers) > best.at) return best;
  return undefined;
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
