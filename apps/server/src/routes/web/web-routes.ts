import { readFile, realpath } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { ApiError } from "../../errors/api-error.ts";
import { type Route, route } from "../../http/route.ts";
import { openai } from "../openai/dialect.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
  ".map": "application/json",
  ".txt": "text/plain; charset=utf-8",
};

/** Scripts and styles of its own only: what a model writes can load nothing, send nothing and become no element. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

const common = { method: "GET", access: "open", dialect: openai } as const;

export const indexRoute: Route = route({
  ...common,
  path: "/",
  summary: "The web interface",
  handle: ({ server }) => page(server.webFolder, "index.html"),
});

export const fileRoute: Route = route({
  ...common,
  path: "/*",
  summary: "The files of the web interface",
  handle: ({ server, rest }) => page(server.webFolder, rest),
});

/** A file of the interface. A path that leads out of its folder is not there, whatever it points to. */
async function page(folder: URL | undefined, name: string): Promise<Response> {
  const root = folder && (await realpath(fileURLToPath(folder)).catch(() => undefined));
  if (root === undefined) {
    if (name === "index.html") return notBuilt();
    throw notThere(name);
  }
  const path = await realpath(join(root, name)).catch(() => undefined);
  const type = TYPES[extname(name)];
  if (name.includes("\0") || type === undefined || !path?.startsWith(root + sep)) throw notThere(name);
  const bytes = await readFile(path).catch(() => {
    throw notThere(name);
  });
  return new Response(bytes, {
    headers: {
      "content-type": type,
      "content-security-policy": POLICY,
      "referrer-policy": "no-referrer",
      // Built files carry a hash of their content in their names.
      "cache-control": /^assets\//.test(name) ? "public, max-age=31536000, immutable" : "no-cache",
    },
  });
}

function notThere(name: string): ApiError {
  return new ApiError(404, `There is no /${name.slice(0, 200)} here.`, { code: "unknown_url" });
}

function notBuilt(): Response {
  const text =
    "The engine's server is running. Its web interface is not installed or not built (package @engine/web); the APIs work without it.\n";
  return new Response(text, { headers: { "content-type": "text/plain; charset=utf-8" } });
}
