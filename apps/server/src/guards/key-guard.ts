import { createHash, timingSafeEqual } from "node:crypto";
import { ApiError } from "../errors/api-error.ts";
import type { Route } from "../http/route.ts";
import { isLoopback, type ServerSettings } from "../settings.ts";

/** Throws 401 without the key a route asks for, 403 where the management is off. */
export function checkKey(headers: Headers, access: Route["access"], settings: ServerSettings): void {
  if (access === "open") return;
  const { apiKey, adminKey, host } = settings;
  const wanted = access === "management" ? (adminKey ?? apiKey) : apiKey;
  if (wanted === undefined) {
    if (access === "api" || isLoopback(host)) return;
    throw new ApiError(
      403,
      "The management is off: the server listens beyond this machine without a key. Give --admin-key.",
      {
        code: "management_off",
      },
    );
  }
  const given = headers.get("authorization")?.replace(/^Bearer\s+/i, "") ?? headers.get("x-api-key");
  if (given === null || !sameText(given, wanted)) {
    throw new ApiError(
      401,
      given === null
        ? "No API key was given. Send it as 'Authorization: Bearer KEY'."
        : "The API key is wrong.",
      {
        code: "invalid_api_key",
      },
    );
  }
}

/** Compares in the same time whatever differs, the length too. */
export function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
