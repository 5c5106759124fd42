import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ask, noBrowser, openBrowser } from "./support/browser.ts";
import { buildSite } from "./support/build-site.ts";
import { someModels } from "./support/fake-models.ts";
import { type FakeServer, startFakeServer } from "./support/fake-server.ts";

describe.skipIf(noBrowser !== undefined)(noBrowser ?? "the model manager", () => {
  let server: FakeServer;
  let built: Awaited<ReturnType<typeof buildSite>>;
  let browser: { context: BrowserContext; close: () => Promise<void> };
  let page: Page;
  beforeAll(async () => {
    built = await buildSite();
    browser = await openBrowser();
    page = browser.context.pages()[0] as Page;
  });
  beforeEach(async () => {
    await server?.close();
    server = await startFakeServer({ site: built.site });
    await page.goto(`${server.url}#/models`);
    await page.getByRole("heading", { name: "google/gemma-3n-E2B-it" }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    built?.remove();
  });

  const card = (name: string) => page.locator(".card", { has: page.getByRole("heading", { name }) });

  it("says what each model is", async () => {
    const gemma = card("google/gemma-3n-E2B-it");
    await gemma.getByText("5.44B").waitFor();
    const text = await gemma.textContent();
    for (const fact of ["10.9 GB", "gemma3n", "bf16", "32,768 tokens", "On disk"])
      expect(text).toContain(fact);
    expect(await card("Qwen/Qwen3-0.6B").textContent()).toContain("In memory · 1.9 GB");
  });

  it("loads and unloads", async () => {
    await page.getByRole("button", { name: "Load google/gemma-3n-E2B-it" }).click();
    await card("google/gemma-3n-E2B-it").getByRole("progressbar").waitFor();
    await card("google/gemma-3n-E2B-it").getByText("In memory").waitFor();
    await page.getByRole("button", { name: "Unload google/gemma-3n-E2B-it" }).click();
    await card("google/gemma-3n-E2B-it").getByText("On disk").waitFor();
    expect(await page.getByRole("status").textContent()).toBe("google/gemma-3n-E2B-it is unloaded.");
  });

  it("downloads with progress, stops, goes on, and lists what came", async () => {
    const field = page.getByRole("textbox", { name: "Name of a model on the hub" });
    await field.fill("no name");
    await field.press("Enter");
    await page.getByRole("alert").getByText("organisation/model").waitFor();
    await field.fill("https://huggingface.co/Qwen/slow-model");
    await field.press("Enter");
    await card("Qwen/slow-model").getByText("41.3 MB/s").waitFor();
    await page.getByRole("button", { name: "Cancel the download of Qwen/slow-model" }).click();
    await page.getByText("Stopped. What arrived is kept").waitFor();
    await page.getByRole("button", { name: "Dismiss" }).click();
    await field.fill("Qwen/Qwen3-1.7B");
    await field.press("Enter");
    await page.getByRole("button", { name: "Load Qwen/Qwen3-1.7B" }).waitFor();
    expect(await page.getByRole("progressbar").count()).toBe(0);
  });

  it("quantizes with progress, stops, and lists what came", async () => {
    await page.getByRole("button", { name: "Quantize Qwen/Qwen3-0.6B" }).click();
    const dialog = page.getByRole("dialog");
    const name = dialog.getByRole("textbox", { name: "Name of the copy" });
    expect(await name.inputValue()).toBe("Qwen3-0.6B-int4");
    await dialog.getByRole("radio", { name: "int8 · 8.5 bits" }).first().check();
    expect(await name.inputValue()).toBe("Qwen3-0.6B-int8");
    await name.fill("../x");
    await name.press("Enter");
    await dialog.getByRole("alert").getByText("letters, digits").waitFor();
    await name.fill("slow-copy");
    await name.press("Enter");
    await card("slow-copy").getByText("41.3 MB/s").waitFor();
    await page.getByRole("button", { name: "Cancel quantizing to slow-copy" }).click();
    await page.getByText("Stopped. Finished files are kept").waitFor();
    await page.getByRole("button", { name: "Dismiss" }).click();
    await page.getByRole("button", { name: "Quantize Qwen/Qwen3-0.6B" }).click();
    await dialog.getByRole("button", { name: "Quantize" }).click();
    await page.getByRole("button", { name: "Load Qwen3-0.6B-int4" }).waitFor();
    expect(await page.getByRole("progressbar").count()).toBe(0);
    await page.getByRole("button", { name: "Delete Qwen3-0.6B-int4" }).click();
    const asked = page.getByRole("alertdialog", { name: "Delete this model?" });
    await asked.getByText("It can be quantized again from the model it was made of.").waitFor();
    await asked.getByRole("button", { name: "Delete" }).click();
    await expect.poll(() => card("Qwen3-0.6B-int4").count()).toBe(0);
  });

  it("tells why a download failed", async () => {
    await page.getByRole("textbox", { name: "Name of a model on the hub" }).fill("a/nothing");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("The hub has no model “a/nothing”. Check its name.").waitFor();
  });

  it("deletes only after a confirmation, and nothing that was given to the server", async () => {
    expect(await page.getByRole("button", { name: "Delete story-model" }).count()).toBe(0);
    await page.getByRole("button", { name: "Delete google/gemma-3n-E2B-it" }).click();
    const dialog = page.getByRole("alertdialog", { name: "Delete this model?" });
    await dialog.getByText("10.9 GB").waitFor();
    await page.keyboard.press("Escape");
    expect(await card("google/gemma-3n-E2B-it").count()).toBe(1);
    await page.getByRole("button", { name: "Delete google/gemma-3n-E2B-it" }).click();
    await dialog.getByRole("button", { name: "Delete" }).click();
    await expect.poll(() => card("google/gemma-3n-E2B-it").count()).toBe(0);
  });

  it("says when the reference backend runs, and why; and why a load failed", async () => {
    const [first, second] = someModels();
    if (!first || !second) throw new Error("the fake server has two models or more");
    const notes = ["cpu-simd does not run here: its native part is not installed."];
    const slow = { ...first, backend: "reference", notes };
    const large = { ...second, error: "It needs 10.9 GB and 4 GB are free. Unload Qwen/Qwen3-0.6B first." };
    const other = await startFakeServer({ site: built.site, models: [slow, large] });
    try {
      await page.goto(`${other.url}#/models`);
      await page.getByText("The reference backend is running").click();
      await page.locator(".banner").getByText("its native part is not installed").waitFor();
      await page.getByRole("button", { name: "Load google/gemma-3n-E2B-it" }).click();
      await page.getByRole("alert").getByText("It needs 10.9 GB and 4 GB are free.").waitFor();
    } finally {
      await other.close();
    }
  });

  it("says that no graphics card is used, and that one is too old", async () => {
    const [first] = someModels();
    if (!first) throw new Error("the fake server has models");
    const notes = ['Running on "cpu-simd", not on "cuda": its driver 470 is too old. Install 525 or newer.'];
    const other = await startFakeServer({ site: built.site, models: [{ ...first, notes }] });
    try {
      await page.goto(other.url);
      const panel = page.getByRole("complementary", { name: "Details" });
      await panel.getByText("AVX-512, 8 threads · no graphics card is used").waitFor();
      await panel.getByText("driver 470 is too old").waitFor();
      await page.goto(`${other.url}#/models`);
      await page.getByText("A note on how it was loaded").click();
      await page.locator(".card").getByText("driver 470 is too old").waitFor();
    } finally {
      await other.close();
    }
  });

  it("does without the management where a server keeps it closed", async () => {
    const closed = await startFakeServer({ site: built.site, closed: true });
    try {
      await page.goto(closed.url);
      await page.getByRole("option", { name: "a-name" }).waitFor({ state: "attached" });
      await ask(page, "hello");
      await page.getByText("to “hello”").waitFor();
      await page.goto(`${closed.url}#/models`);
      await page.getByText("does not let this page manage its models").waitFor();
      expect(await page.getByRole("button", { name: /^(?:Load|Delete|Download)/ }).count()).toBe(0);
    } finally {
      await closed.close();
    }
  });

  it("leads to the model manager when there is no model", async () => {
    const bare = await startFakeServer({ site: built.site, models: [] });
    try {
      await page.goto(bare.url);
      await page.getByRole("link", { name: "Choose a model" }).click();
      await page.getByRole("heading", { name: "No models here yet" }).waitFor();
    } finally {
      await bare.close();
    }
  });
});
