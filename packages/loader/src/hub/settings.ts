import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { EngineError } from "@engine/core";
import { show } from "../show.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where the hub is and who asks; what is not given comes from the environment, as the hub's own tools read it. */
export interface HubAccess {
  /** HF_ENDPOINT unless given, else https://huggingface.co. */
  readonly endpoint?: string;
  /** HF_TOKEN unless given, else the token that `hf auth login` keeps. False: none is sent. */
  readonly token?: string | false;
  readonly env?: Environment;
}

export interface Hub {
  /** Without a slash at its end. */
  readonly endpoint: string;
  readonly token: string | undefined;
}

/** Throws `bad-option` for an endpoint or a token that cannot be one, and where the user wants no network. */
export async function hubOf({ endpoint, token, env = process.env }: HubAccess): Promise<Hub> {
  const offline = ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"].find((name) => isTrue(env[name]));
  if (offline) {
    throw new EngineError(
      "bad-option",
      `${offline} is set, so nothing is downloaded. Unset it, or use a model that "engine list" shows.`,
    );
  }
  return {
    endpoint: checkedEndpoint(endpoint ?? (env.HF_ENDPOINT || "https://huggingface.co")),
    token: token === false ? undefined : checkedToken(token ?? (await tokenOf(env))),
  };
}

export function isTrue(value: string | undefined): boolean {
  return ["1", "ON", "YES", "TRUE"].includes(value?.toUpperCase() ?? "");
}

function checkedEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url?.protocol === "https:" || url?.protocol === "http:";
  if (url && isWeb && !url.username && !url.password && !url.search && !url.hash) {
    return url.href.replace(/\/+$/, "");
  }
  throw new EngineError(
    "bad-option",
    `the hub's address ${url?.password ? "with a password in it" : show(text)} is not usable: it must be like https://huggingface.co, without user, password or query. Correct HF_ENDPOINT.`,
  );
}

function checkedToken(text: string | undefined): string | undefined {
  const token = text?.trim();
  if (!token) return undefined;
  // It becomes a header; the token itself must not be in a message.
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new EngineError(
    "bad-option",
    "the hub token has spaces, line breaks or other characters a token never has. Correct HF_TOKEN, or the file of hf auth login.",
  );
}

async function tokenOf(env: Environment): Promise<string | undefined> {
  if (isTrue(env.HF_HUB_DISABLE_IMPLICIT_TOKEN)) return undefined;
  const direct = env.HF_TOKEN || env.HUGGING_FACE_HUB_TOKEN;
  if (direct) return direct;
  const home = (path: string) => path.replace(/^~(?=$|[/\\])/, homedir());
  const cache = env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const path = env.HF_TOKEN_PATH || join(env.HF_HOME || join(cache, "huggingface"), "token");
  return readFile(home(path), "utf8").catch(() => undefined);
}
