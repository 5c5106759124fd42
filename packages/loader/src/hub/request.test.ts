import { afterEach, describe, expect, it, vi } from "vitest";
import { failure } from "../../test/files.ts";
import { request } from "./request.ts";
import { Transient } from "./transient.ts";

afterEach(() => void vi.unstubAllGlobals());

/** There is no certificate for a server of https here, so `fetch` is played by a list of answers. */
function answers(...list: (Response | Error)[]) {
  const asked: { url: string; authorization: string | null }[] = [];
  vi.stubGlobal("fetch", async (url: URL, { headers }: { headers: Record<string, string> }) => {
    asked.push({ url: String(url), authorization: new Headers(headers).get("authorization") });
    const answer = list.shift()!;
    if (answer instanceof Error) throw answer;
    return answer;
  });
  return asked;
}

const to = (location: string) => new Response(null, { status: 302, headers: { location } });
const options = {
  hub: { endpoint: "https://hub.example", token: "hf_secret" },
  signal: new AbortController().signal,
  stall: 1000,
};

describe("request", () => {
  it.each([
    "http://hub.example/x",
    "http://cdn.example/x?signature=s",
    "https://user:pw@cdn.example/x",
    "ftp://x/y",
  ])("stays with https and without passwords: %s", async (location) => {
    const asked = answers(to(location), new Response("never"));
    const error = await failure(request("https://hub.example/org/name?q=s", options));
    expect(error.code).toBe("network-failed");
    expect(error.message).toMatch(
      /^https:\/\/hub\.example\/org\/name: redirects to ".*", which is not followed: /,
    );
    expect(error.message).not.toMatch(/signature|pw|q=s/);
    expect(asked.length).toBe(1);
  });

  it("may go from host to host over https, the token only to the first", async () => {
    const asked = answers(
      to("/renamed"),
      to("https://cdn.example/a"),
      to("https://hub.example/b"),
      new Response("x"),
    );
    (await request("https://hub.example/org/name", options)).close();
    expect(asked).toEqual([
      { url: "https://hub.example/org/name", authorization: "Bearer hf_secret" },
      { url: "https://hub.example/renamed", authorization: "Bearer hf_secret" },
      { url: "https://cdn.example/a", authorization: null },
      { url: "https://hub.example/b", authorization: null },
    ]);
  });

  it("takes another port or scheme for another host", async () => {
    const asked = answers(new Response("x"));
    (await request("https://hub.example:8443/x", options)).close();
    expect(asked[0]!.authorization).toBeNull();
  });

  it("does not try again where a certificate is wrong, and does where a name is not found", async () => {
    const cause = (code: string) =>
      new TypeError("fetch failed", { cause: Object.assign(new Error("x"), { code }) });
    answers(cause("DEPTH_ZERO_SELF_SIGNED_CERT"), cause("ENOTFOUND"));
    const certificate = await failure(request("https://hub.example/x", options));
    expect(certificate.message).toContain("certificate is not accepted (DEPTH_ZERO_SELF_SIGNED_CERT)");
    const name = await request("https://hub.example/x", options).catch((error: unknown) => error);
    expect(name).toBeInstanceOf(Transient);
    expect((name as Transient).message).toBe(
      "https://hub.example/x: the connection failed (ENOTFOUND). Its name is not known here: check the network and HF_ENDPOINT.",
    );
  });
});
