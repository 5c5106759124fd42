/** The most memory this process ever held, in bytes. Node counts in KiB on every platform. */
export function peakRssBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}
