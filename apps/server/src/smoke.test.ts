import { test } from "vitest";
import { demoServer } from "../test/demo-server.ts";

test("smoke", async () => {
  await using server = await demoServer();
  const post = (path: string, body: unknown, headers = {}) =>
    fetch(server.url + path, { method: "POST", headers, body: JSON.stringify(body) });
  const show = async (r: Response) => console.log(r.status, (await r.text()).slice(0, 3000));
  await show(await fetch(server.url + "/engine/models"));
  await show(await fetch(server.url + "/engine/models/describe?model=demo"));
  await show(await fetch(server.url + "/engine/status"));
  await show(await post("/engine/models/unload", { model: "demo" }));
  await show(await post("/engine/models/load", { model: "demo" }, { accept: "text/event-stream" }));
  await show(await post("/engine/models/pull", { id: "demo/../x" }));
  await show(await post("/engine/models/delete", { model: "demo" }));
  await show(await fetch(server.url + "/"));
  await show(await fetch(server.url + "/..%2f..%2fpackage.json"));
  await show(await fetch(server.url + "/v1/chat/completions"));
  await show(await fetch(server.url + "/v1/models/demo"));
  await show(await fetch(server.url + "/v1/models", { headers: { host: "evil.com" } }));
});
