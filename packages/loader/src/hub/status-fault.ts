import { EngineError } from "@engine/core";
import { show } from "../show.ts";
import type { HubResponse } from "./request.ts";
import type { Hub } from "./settings.ts";
import { Transient } from "./transient.ts";

export interface Asked {
  readonly hub: Hub;
  readonly id: string;
  readonly revision: string;
  /** Of the file, when one was asked for. */
  readonly path?: string;
}

/** What a status other than success means, in a sentence with the next step; `Transient` where it may pass. */
export function statusFault({ status, headers }: HubResponse, asked: Asked): Error {
  const { id, hub } = asked;
  const page = `${hub.endpoint}/${id}`;
  const reason = headers.get("x-error-message");
  const said = reason === null ? "" : ` (${show(reason)})`;
  const hubCode = headers.get("x-error-code");

  if (status >= 500 || status === 429 || status === 408) {
    const what = status === 429 ? "too many requests" : "the hub has a problem of its own";
    return new Transient(
      new EngineError("network-failed", `${id}: ${what} (HTTP ${status})${said}. Pull again later to go on.`),
      retryAfter(headers),
    );
  }
  if (hubCode === "GatedRepo") {
    return denied(
      hub.token === undefined
        ? `${id}: is gated: its owner wants to know who downloads it. Accept the terms at ${page}, make a token at ${hub.endpoint}/settings/tokens, and set HF_TOKEN to it.`
        : `${id}: is gated, and the account of this token has no access yet. Ask for it at ${page}, wait for the answer, and pull again.`,
    );
  }
  if (reason === "Access to this resource is disabled.") {
    return denied(`${id}: the hub has disabled this repository. See ${page} for the reason.`);
  }
  if (status === 401 && hub.token !== undefined && hubCode !== "RepoNotFound") {
    return denied(
      `${id}: the hub does not accept the token${said}. Make a new one at ${hub.endpoint}/settings/tokens, and set HF_TOKEN to it.`,
    );
  }
  if (status === 403) {
    return denied(
      hub.token === undefined
        ? `${id}: the hub shows it to some accounts only${said}. Set HF_TOKEN to a token of one that may read it.`
        : `${id}: this token may not read it${said}. Give it the right to read this repository at ${hub.endpoint}/settings/tokens.`,
    );
  }
  // Without a token the hub answers 401 to what does not exist as well, so that it gives no secrets away.
  if (status === 401 || status === 404) return missing(asked, { hubCode, said });
  return new EngineError(
    "network-failed",
    `${id}: the hub answers HTTP ${status}${said}, which is not expected. Check HF_ENDPOINT (now ${hub.endpoint}).`,
  );
}

function missing(
  { hub, id, revision, path }: Asked,
  { hubCode, said }: { readonly hubCode: string | null; readonly said: string },
): EngineError {
  if (hubCode === "RevisionNotFound") {
    return new EngineError(
      "missing-file",
      `${id}: has no revision ${show(revision)}. See ${hub.endpoint}/${id}/tree/main for its branches and tags.`,
    );
  }
  if (path !== undefined && hubCode !== "RepoNotFound") {
    return new EngineError(
      "missing-file",
      `${id}: the hub lists ${show(path)} but does not have it${said}. Pull again; if it stays so, tell the owner.`,
    );
  }
  return new EngineError(
    "missing-file",
    hub.token === undefined
      ? `${id}: no public model of this name is at ${hub.endpoint}. Check the name; if it is private, set HF_TOKEN.`
      : `${id}: no model of this name is at ${hub.endpoint}, or the account of this token may not see it. Check the name and the token.`,
  );
}

function denied(text: string): EngineError {
  return new EngineError("access-denied", text);
}

/** Milliseconds to wait, as `Retry-After` or the hub's own `RateLimit` says. */
function retryAfter(headers: Headers): number | undefined {
  const after = headers.get("retry-after")?.trim();
  if (after && /^\d+$/.test(after)) return Number(after) * 1000;
  const date = after ? Date.parse(after) : Number.NaN;
  if (!Number.isNaN(date)) return Math.max(0, date - Date.now());
  const limit = /;\s*r=0\b.*?;\s*t=(\d+)/.exec(headers.get("ratelimit") ?? "");
  return limit ? Number(limit[1]) * 1000 : undefined;
}
