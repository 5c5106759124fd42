import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { lacksModules, python, replica } from "./replicas.ts";

// What `litellm[proxy]` installs beside litellm: the proxy itself takes half a minute to import.
const reason = lacksModules("litellm_proxy_extras", "uvicorn", "websockets");
const KEY = "sk-a-key-for-this-test-only-0123456789";

test.skipIf(reason)(
  `LiteLLM's proxy goes on with the other replica when one is gone${reason ? ` (skipped: ${reason})` : ""}`,
  async () => {
    await using one = await replica();
    await using two = await replica();
    const port = await freePort();
    const config = join(import.meta.dirname, "../litellm.yaml");
    const code = "from litellm import run_server; run_server()";
    const proxy = spawn(
      python,
      ["-c", code, "--config", config, "--host", "127.0.0.1", "--port", `${port}`],
      {
        stdio: ["ignore", "pipe", "pipe"],
        env: {
          ...process.env,
          REPLICA_1: `${one.url}/v1`,
          REPLICA_2: `${two.url}/v1`,
          ENGINE_API_KEY: "none-is-needed",
          LITELLM_MASTER_KEY: KEY,
          LITELLM_LOCAL_MODEL_COST_MAP: "True",
        },
      },
    );
    let said = "";
    for (const stream of [proxy.stdout, proxy.stderr])
      stream.on("data", (piece: Buffer) => {
        said = (said + piece).slice(-4000);
      });
    try {
      const url = `http://127.0.0.1:${port}`;
      const started = async () => {
        for (
          const end = Date.now() + 180_000;
          Date.now() < end && proxy.exitCode === null;
          await sleep(500)
        ) {
          const alive = await fetch(`${url}/health/liveliness`).catch(() => undefined);
          if (alive?.ok) return true;
        }
        return false;
      };
      expect(await started(), `LiteLLM's proxy did not start:\n${said}`).toBe(true);
      const ask = async (content: string) => {
        const response = await fetch(`${url}/v1/chat/completions`, {
          method: "POST",
          headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" },
          body: JSON.stringify({
            model: "demo",
            messages: [{ role: "user", content }],
            max_tokens: 8,
            temperature: 0,
          }),
        });
        const text = await response.text();
        return { status: response.status, text };
      };
      const before = await ask("Once upon a time");
      expect(before.status, before.text).toBe(200);
      await one.close();
      // One after the other, so that each may meet the replica that is gone.
      for (let i = 0; i < 6; i++) {
        const after = await ask("Once upon a time");
        expect(after.status, after.text).toBe(200);
        const content = (text: string) => JSON.parse(text).choices[0].message.content;
        expect(content(after.text)).toBe(content(before.text));
      }
    } finally {
      proxy.kill();
    }
  },
  300_000,
);

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { readonly port: number };
      server.close(() => resolve(port));
    });
  });
}
