import { expect, test } from "vitest";
import { demoServer } from "../test/demo-server.ts";

test("smoke", async () => {
  await using server = await demoServer();
  const post = (path: string, body: unknown) =>
    fetch(server.url + path, { method: "POST", body: JSON.stringify(body) });
  let r = await post("/v1/chat/completions", {
    model: "demo",
    messages: [{ role: "user", content: "Once upon a time" }],
    max_tokens: 20,
  });
  console.log(r.status, await r.text());
  r = await post("/v1/chat/completions", {
    model: "demo",
    messages: [{ role: "user", content: "Once upon a time" }],
    max_tokens: 5,
    stream: true,
    stream_options: { include_usage: true },
    n: 2,
  });
  console.log(r.status, await r.text());
  r = await post("/v1/chat/completions", { model: "x", messages: [] });
  console.log(r.status, await r.text());
  r = await post("/v1/chat/completions", {
    model: "x",
    messages: [{ role: "user", content: [{ type: "image_url" }] }],
  });
  console.log(r.status, await r.text());
  r = await fetch(server.url + "/metrics");
  console.log(r.status, (await r.text()).slice(0, 3000));
});
