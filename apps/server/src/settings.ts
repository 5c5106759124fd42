import { EngineError } from "@engine/core";
import type { StreamSettings } from "./http/stream-response.ts";

/** Who may come in, and how much of them. */
export interface ServerSettings extends StreamSettings {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Asked of every call of an API. */
  readonly apiKey: string | undefined;
  /** Asked of the management instead. */
  readonly adminKey: string | undefined;
  /** Listening beyond this machine without a key was asked for. */
  readonly insecure: boolean;
  /** Origins of web pages that may call from a browser; "*" is any. None unless told. */
  readonly cors: readonly string[];
  /** Names the server may be called by, besides this machine's own and plain addresses. */
  readonly allowedHosts: readonly string[];
  /** Bytes of a request's body. */
  readonly maxBodyBytes: number;
  /** Requests that compute or wait, together. */
  readonly maxRequests: number;
  /** Milliseconds a client may take to send a request. */
  readonly requestMs: number;
  /** Milliseconds a drain waits for answers under way. */
  readonly drainMs: number;
}

export type SettingsOptions = { readonly [Key in keyof ServerSettings]?: ServerSettings[Key] | undefined };

const DEFAULTS: ServerSettings = {
  host: "127.0.0.1",
  port: 8080,
  apiKey: undefined,
  adminKey: undefined,
  insecure: false,
  cors: [],
  allowedHosts: [],
  maxBodyBytes: 16 * 2 ** 20,
  maxRequests: 256,
  pingMs: 15_000,
  stallMs: 60_000,
  headMs: 2000,
  requestMs: 60_000,
  drainMs: 30_000,
};

/** Fills in what is not told. Throws `bad-option` for an open door: no key where other machines can call. */
export function serverSettings(options: SettingsOptions = {}): ServerSettings {
  const told = Object.keys(DEFAULTS).flatMap((key) => {
    const value = options[key as keyof ServerSettings];
    return value === undefined ? [] : [[key, value]];
  });
  const settings: ServerSettings = { ...DEFAULTS, ...Object.fromEntries(told) };
  for (const key of ["apiKey", "adminKey"] as const) {
    if (settings[key] !== undefined && settings[key].trim().length < 8) {
      throw new EngineError(
        "bad-option",
        `${key} has fewer than 8 characters, which can be guessed. Give a longer one.`,
      );
    }
  }
  if (!isLoopback(settings.host) && settings.apiKey === undefined && !settings.insecure) {
    throw new EngineError(
      "bad-option",
      `Listening on ${settings.host} lets other machines use the models. Give an API key (--api-key), or say that this is meant (--insecure).`,
    );
  }
  return settings;
}

/** Whether only this machine reaches the address. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}
