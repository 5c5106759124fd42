import { isIP } from "node:net";
import { hostname } from "node:os";
import { ApiError } from "../errors/api-error.ts";
import type { ServerSettings } from "../settings.ts";

/**
 * Refuses requests for a name this server does not go by: a web page whose name was pointed at this machine (DNS
 * rebinding) still sends its own. Plain addresses cannot be pointed elsewhere. With an API key the check is off:
 * such a page has no key, and servers behind proxies go by many names.
 */
export function checkHost(header: string | undefined, { apiKey, host, allowedHosts }: ServerSettings): void {
  if (apiKey !== undefined) return;
  const name = hostName(header ?? "");
  const own = hostname().toLowerCase();
  const known = [
    "localhost",
    own,
    `${own}.local`,
    host.toLowerCase(),
    ...allowedHosts.map((one) => one.toLowerCase()),
  ];
  if (name.endsWith(".localhost") || isIP(name) !== 0 || known.includes(name)) return;
  throw new ApiError(
    403,
    `This server does not go by the name '${name.slice(0, 100)}'. Allow it with --allowed-host.`,
    {
      code: "unknown_host",
    },
  );
}

/** The name of a Host header, without port and brackets. */
export function hostName(header: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(header);
  return (bracketed?.[1] ?? header.replace(/:\d*$/, "")).toLowerCase();
}
