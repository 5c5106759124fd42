import { readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { extname, join, normalize } from "node:path";

/** As strict as a page can have it: files of this server only, no inline code, no HTML made from text. */
export const STRICT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

/** Sends a file of the built page. */
export async function sendFile(site: string, path: string, response: ServerResponse): Promise<void> {
  const file = join(site, normalize(path === "/" ? "/index.html" : path));
  try {
    const bytes = await readFile(file);
    response.writeHead(200, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "content-security-policy": STRICT_POLICY,
    });
    response.end(bytes);
  } catch {
    response.writeHead(404).end();
  }
}
