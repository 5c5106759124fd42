const SCHEMES = new Set(["http:", "https:", "mailto:"]);

/**
 * The address of a link in a model's answer, or undefined when it is none that a click may follow: only absolute
 * http, https and mailto. What a model writes is not to be trusted, and this page has no pages of its own to link to.
 */
export function safeLink(href: string): string | undefined {
  try {
    const url = new URL(href);
    return SCHEMES.has(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}
