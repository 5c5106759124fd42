import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ask, complaints, noBrowser, openBrowser } from "./support/browser.ts";
import { buildSite } from "./support/build-site.ts";
import { type FakeServer, startFakeServer } from "./support/fake-server.ts";

describe.skipIf(noBrowser !== undefined)(noBrowser ?? "a conversation", () => {
  let server: FakeServer;
  let built: Awaited<ReturnType<typeof buildSite>>;
  let browser: { context: BrowserContext; close: () => Promise<void> };
  let page: Page;
  let wrong: string[];
  beforeAll(async () => {
    built = await buildSite();
    server = await startFakeServer({ site: built.site });
    browser = await openBrowser();
    page = browser.context.pages()[0] as Page;
    wrong = complaints(page, server.url);
  });
  beforeEach(async () => {
    await page.goto(server.url);
    await page.goto(`${server.url}#/`);
    await page.getByRole("option", { name: "Qwen/Qwen3-0.6B" }).waitFor({ state: "attached" });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    built?.remove();
  });

  const stop = () => page.getByRole("button", { name: "Stop" });
  const answers = () => page.locator(".answer");
  const lastRequest = () => server.requests.at(-1)?.messages ?? [];

  it("streams an answer and shows what the server measured", async () => {
    await ask(page, "hello");
    await page.getByText("to “hello”, message 1.").waitFor();
    await page.getByText("23.4 tokens/s").waitFor();
    await page.getByText("first token after 0.31s").waitFor();
    await page.getByText("160 of 4,096 tokens").waitFor();
    expect(await page.getByRole("link", { name: "hello" }).count()).toBe(1);
    expect(await page.getByRole("status").textContent()).toContain("The answer is complete: 6 words.");
  });

  it("keeps thoughts folded and says how long they took", async () => {
    await ask(page, "think");
    const thought = page.getByText(/^Thought for/);
    await thought.waitFor();
    expect(await page.getByText("Sevens are liked").isVisible()).toBe(false);
    await thought.click();
    expect(await page.getByText("Sevens are liked").isVisible()).toBe(true);
    await page.getByText("message 1.").waitFor();
    await ask(page, "and then");
    await page.getByText("message 3.").waitFor();
    expect(lastRequest().map(({ content }) => content)[1]).not.toContain("Sevens");
  });

  it("shows calls of tools", async () => {
    await ask(page, "use a tool");
    await page.getByText("Calls the tool weather").click();
    await page.getByText('"city": "Seoul"').waitFor();
  });

  it("stops with Escape, keeps what came and ends the request", async () => {
    const before = server.aborted();
    await ask(page, "slow");
    await page.getByText("word word").waitFor();
    // While it comes: how fast, and how long it was awaited.
    const panel = page.getByRole("complementary", { name: "Details" });
    await panel.getByText(/^≈ [\d.]+$/).waitFor();
    await panel.getByText(/^\d+(\.\d+)?s$/).waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("You stopped this answer.").waitFor();
    expect(await answers().textContent()).toContain("word word");
    // The server told nothing, so these are the page's own.
    const stats = page.getByRole("list", { name: "Answer in numbers" });
    expect(await stats.textContent()).toMatch(/\d tokens\/s.*first token after/);
    await expect.poll(() => server.aborted()).toBe(before + 1);
    expect(await stop().count()).toBe(0);
  });

  it("answers again and keeps both versions", async () => {
    await ask(page, "again");
    await page.getByText("message 1.").waitFor();
    const first = await page.locator(".answer .markdown").textContent();
    await page.getByRole("button", { name: "Answer again" }).click();
    await page.getByText("2/2").waitFor();
    await expect.poll(() => page.locator(".answer .markdown").textContent()).toContain("message 1.");
    expect(await page.locator(".answer .markdown").textContent()).not.toBe(first);
    await page.getByRole("button", { name: "Earlier version" }).click();
    await expect.poll(() => page.locator(".answer .markdown").textContent()).toBe(first);
  });

  it("edits a question, asks anew and keeps the old branch", async () => {
    await ask(page, "first words");
    await page.getByText("message 1.").waitFor();
    await page.locator("#message").press("ArrowUp");
    const editor = page.getByRole("textbox", { name: "Edit your message" });
    await editor.fill("other words");
    await editor.press("Enter");
    await page.getByText("to “other words”").waitFor();
    expect(lastRequest()).toEqual([{ role: "user", content: "other words" }]);
    expect(await page.getByText("to “first words”").count()).toBe(0);
    await page.locator(".question").hover();
    await page.getByRole("button", { name: "Earlier version" }).click();
    await page.getByText("to “first words”").waitFor();
  });

  it("survives a reload, in the middle of an answer too", async () => {
    await ask(page, "slow reload");
    await page.getByText("word word").waitFor();
    await page.waitForTimeout(1_200);
    await page.reload();
    await page.getByText("This answer was not finished").waitFor();
    expect(await answers().textContent()).toContain("word word");
    expect(await page.getByRole("link", { name: "slow reload" }).count()).toBe(1);
  });

  it("sends the system prompt and only the settings that were changed", async () => {
    await page.getByRole("textbox", { name: "System prompt" }).fill("Be brief.");
    await page.getByRole("slider", { name: "Temperature" }).fill("1.5");
    await ask(page, "settings");
    await page.getByText("message 2.").waitFor();
    expect(lastRequest()[0]).toEqual({ role: "system", content: "Be brief." });
    expect(server.requests.at(-1)).toMatchObject({ temperature: 1.5 });
    expect(server.requests.at(-1)).not.toHaveProperty("top_p");
    await page.getByRole("button", { name: "Back to the model's default: Temperature" }).click();
    await ask(page, "defaults");
    await page.getByText("to “defaults”").waitFor();
    expect(server.requests.at(-1)).not.toHaveProperty("temperature");
  });

  it("runs nothing that a model writes and loads nothing from elsewhere", async () => {
    await ask(page, "evil");
    // A text would be found in any case and place: in "Send" as well.
    await page.getByText(/\bEND\b/).waitFor();
    expect(await page.evaluate(() => "hacked" in window)).toBe(false);
    expect(await page.locator(".answer img, .answer script").count()).toBe(0);
    const links = await page
      .locator(".answer a")
      .evaluateAll((all) => all.map((one) => one.getAttribute("href")));
    expect(links).toEqual(["https://tracker.example/pixel.png"]);
    await page.getByText('<img src=x onerror="window.hacked = 1">').waitFor();
  });

  it("tells errors in sentences: before an answer, in it, and when it breaks off", async () => {
    await ask(page, "too long");
    await page.getByRole("region").getByText("longer than the model's context").waitFor();
    await ask(page, "fails");
    await page.getByRole("region").getByText("The KV cache ran out of blocks; ask for less.").waitFor();
    await page.getByText("Before it").waitFor();
    await ask(page, "breaks");
    await page.getByText("The connection was lost; what had arrived is kept.").waitFor();
    await page.getByText("Half of an").waitFor();
  });

  it("notices a server that went away and sends the message again when it is back", async () => {
    await server.down();
    await ask(page, "are you there");
    await page.getByText("Your message will be sent again").waitFor();
    await page.getByRole("alert").getByText("The server does not answer.").waitFor();
    await server.up();
    await page.getByText("to “are you there”, message 1.").waitFor();
    await expect.poll(() => page.getByRole("alert").count()).toBe(0);
  });

  it("broke no rule of its policy and asked nobody else for anything", () => {
    // Connections that the tests cut are no fault of the page.
    expect(wrong.filter((text) => !/ERR_(?:CONNECTION|INCOMPLETE|EMPTY)/.test(text))).toEqual([]);
  });
});
