import { expect, test } from "vitest";
import { type FakeModels, fakeModels } from "../../test/fake-model.ts";
import { ModelCatalogue } from "./model-catalogue.ts";
import { ModelPool, type PoolOptions } from "./model-pool.ts";

const A = { id: "a", path: "a:40" };
const B = { id: "b", path: "b:40" };
const C = { id: "c", path: "c:40" };
const HUGE = { id: "huge", path: "huge:500" };

function pool(fakes: FakeModels, options: Partial<PoolOptions> = {}): ModelPool {
  return new ModelPool({
    catalogue: new ModelCatalogue({ models: [A, B, C, HUGE] }),
    load: fakes.load,
    plan: async (path) => (await fakes.describe(path)).memory.model,
    budget: 100,
    keepAliveMs: Number.POSITIVE_INFINITY,
    evictWaitMs: 50,
    ...options,
  });
}

const { signal } = new AbortController();

test("requests for one model share its load, loads of several come one by one", async () => {
  const fakes = fakeModels();
  const models = pool(fakes);
  const leases = await Promise.all(["a", "b", "a", "b"].map((id) => models.lease(id, { signal })));
  expect(fakes).toMatchObject({ loads: ["a:40", "b:40"], most: 1 });
  expect(leases[0]!.model).toBe(leases[2]!.model);
  expect((await models.lease(undefined, { signal })).slot.source.id).toBe("a");
});

test("a load that waits for its turn is seen to come", async () => {
  const fakes = fakeModels();
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const models = pool(fakes, { load: (path) => opened.then(() => fakes.load(path)) });
  const both = Promise.all([models.lease("a", { signal }), models.lease("b", { signal })]);
  await expect.poll(() => models.slots.map(({ state }) => state)).toEqual(["loading", "loading"]);
  open();
  await both;
  expect(models.slots.map(({ state }) => state)).toEqual(["loaded", "loaded"]);
});

test("what is longest unused makes room, what is used stays", async () => {
  const fakes = fakeModels();
  const models = pool(fakes);
  const a = await models.lease("a", { signal });
  (await models.lease("b", { signal })).release();
  const c = await models.lease("c", { signal });
  expect(fakes.disposed).toEqual(["b:40"]);
  c.release();
  a.release();
  (await models.lease("b", { signal })).release();
  expect(fakes.disposed).toEqual(["b:40", "c:40"]);
});

test("what was not to stay goes before what was, however long that was unused", async () => {
  const fakes = fakeModels();
  const models = pool(fakes, { keepAliveMs: 60_000 });
  const keepAliveMs = Number.POSITIVE_INFINITY;
  (await models.lease("a", { signal, keepAliveMs })).release();
  (await models.lease("b", { signal })).release();
  (await models.lease("c", { signal })).release();
  expect(fakes.disposed).toEqual(["b:40"]);
  (await models.lease("b", { signal, keepAliveMs })).release();
  (await models.lease("c", { signal })).release();
  expect(fakes.disposed).toEqual(["b:40", "c:40", "a:40"]);
});

test("a load waits for answers that hold the memory, and gives up in time", async () => {
  const fakes = fakeModels();
  const models = pool(fakes);
  const [a, b] = [await models.lease("a", { signal }), await models.lease("b", { signal })];
  await expect(models.lease("c", { signal })).rejects.toMatchObject({ status: 503, retryAfter: 10 });
  expect(fakes.disposed).toEqual([]);
  const waiting = models.lease("c", { signal });
  setTimeout(() => a.release(), 10);
  (await waiting).release();
  expect(fakes.disposed).toEqual(["a:40"]);
  b.release();
});

test("a model that cannot fit is refused before anything is unloaded", async () => {
  const fakes = fakeModels();
  const models = pool(fakes);
  (await models.lease("a", { signal })).release();
  await expect(models.lease("huge", { signal })).rejects.toMatchObject({
    status: 400,
    code: "model_too_large",
  });
  expect(fakes).toMatchObject({ loads: ["a:40"], disposed: [] });
  expect(models.slot("huge")).toMatchObject({ state: "unloaded", error: expect.stringContaining("budget") });
});

test("a load that fails is told to all who waited, and tried again for the next", async () => {
  const fakes = fakeModels({ fails: "a:40" });
  const models = pool(fakes);
  const both = await Promise.allSettled([models.lease("a", { signal }), models.lease("a", { signal })]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(fakes.loads).toHaveLength(1);
  await expect(models.lease("a", { signal })).rejects.toThrow("Broken.");
  expect(fakes.loads).toHaveLength(2);
  await expect(models.lease("b", { signal })).resolves.toBeDefined();
});

test("an unused model goes after its time, and an answer keeps it", async () => {
  const fakes = fakeModels();
  const models = pool(fakes, { keepAliveMs: 30 });
  const lease = await models.lease("a", { signal });
  await new Promise((done) => setTimeout(done, 60));
  expect(fakes.disposed).toEqual([]);
  lease.release();
  expect(models.slot("a")!.expires).toBeInstanceOf(Date);
  await expect.poll(() => fakes.disposed).toEqual(["a:40"]);
  (await models.lease("b", { signal, keepAliveMs: 0 })).release();
  await expect.poll(() => fakes.disposed).toEqual(["a:40", "b:40"]);
});

test("an unload waits for answers, and who comes meanwhile gets the model anew", async () => {
  const fakes = fakeModels();
  const models = pool(fakes);
  const lease = await models.lease("a", { signal });
  const unloaded = models.unload("a");
  await new Promise((done) => setTimeout(done, 5));
  const next = models.lease("a", { signal });
  expect([models.slot("a")!.state, fakes.disposed]).toEqual(["unloading", []]);
  lease.release();
  await unloaded;
  expect((await next).model).not.toBe(lease.model);
  expect(fakes.loads).toHaveLength(2);
});

test("who stops waiting leaves the load to others, and close ends all", async () => {
  const fakes = fakeModels();
  const models = pool(fakes);
  const abort = new AbortController();
  const gone = models.lease("a", { signal: abort.signal });
  const stays = models.lease("a", { signal });
  abort.abort();
  await expect(gone).rejects.toThrow();
  (await stays).release();
  await models.close();
  expect(fakes.disposed).toEqual(["a:40"]);
  await expect(models.lease("a", { signal })).rejects.toMatchObject({ status: 503 });
});
