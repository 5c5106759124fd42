import { EngineError } from "@engine/core";
import { show } from "../show.ts";
import { networkFault } from "./network-fault.ts";
import type { Hub } from "./settings.ts";
import { StallWatch } from "./stall-watch.ts";

export interface RequestOptions {
  readonly hub: Hub;
  readonly signal: AbortSignal;
  /** Milliseconds without a byte after which a server counts as stalled. */
  readonly stall: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HubResponse {
  readonly status: number;
  readonly headers: Headers;
  /** The body; ends the connection when it is left early. Read it, or call `close`. */
  chunks(): AsyncGenerator<Uint8Array, void, undefined>;
  close(): void;
}

const MOST_REDIRECTS = 10;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * A GET to the hub. Redirects are followed by hand: the token goes to the hub's own origin only, and never
 * again once another host was met; https never becomes http. Throws `Transient` for what may pass.
 */
export async function request(url: string, options: RequestOptions): Promise<HubResponse> {
  const watch = new StallWatch(options.stall, options.signal);
  const begin = new URL(url);
  let target = begin;
  let token = begin.origin === new URL(options.hub.endpoint).origin ? options.hub.token : undefined;
  try {
    for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
      const response = await fetch(target, {
        redirect: "manual",
        signal: watch.signal,
        headers: {
          // A compressed body has no byte ranges of the file.
          "accept-encoding": "identity",
          "user-agent": "engine-loader",
          ...options.headers,
          ...(token && { authorization: `Bearer ${token}` }),
        },
      });
      watch.heard();
      if (!REDIRECTS.has(response.status)) return opened(response, target, { watch, options });
      await response.body?.cancel();
      target = nextHop(target, response.headers.get("location"));
      if (target.origin !== begin.origin) token = undefined;
    }
    throw new EngineError(
      "network-failed",
      `${place(begin)}: more than ${MOST_REDIRECTS} redirects, one after the other. Check HF_ENDPOINT.`,
    );
  } catch (error) {
    watch.end();
    throw networkFault(error, { url: place(target), watch, signal: options.signal });
  }
}

function opened(
  response: Response,
  url: URL,
  { watch, options }: { watch: StallWatch; options: RequestOptions },
): HubResponse {
  return {
    status: response.status,
    headers: response.headers,
    close: () => watch.end(),
    async *chunks() {
      try {
        for await (const chunk of response.body ?? []) {
          watch.heard();
          yield chunk;
          // The time that the caller takes is not the server's.
          watch.heard();
        }
      } catch (error) {
        throw networkFault(error, { url: place(url), watch, signal: options.signal });
      } finally {
        watch.end();
      }
    },
  };
}

function nextHop(from: URL, location: string | null): URL {
  if (location === null || !URL.canParse(location, from.href)) {
    throw new EngineError(
      "network-failed",
      `${place(from)}: a redirect to ${show(location ?? "nowhere")}, which is no address. Check HF_ENDPOINT.`,
    );
  }
  const to = new URL(location, from);
  const isWeb = to.protocol === "https:" || (to.protocol === "http:" && from.protocol === "http:");
  if (isWeb && !to.username && !to.password) return to;
  throw new EngineError(
    "network-failed",
    `${place(from)}: redirects to ${show(`${to.protocol}//${to.host}`)}, which is not followed: a download that began with https must stay there, without a password in the address. Check HF_ENDPOINT.`,
  );
}

/** An address for a message. Its query may be a signature that lets anyone download. */
function place(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
