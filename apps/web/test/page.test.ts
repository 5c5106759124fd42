import { readFileSync } from "node:fs";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ask, noBrowser, openBrowser } from "./support/browser.ts";
import { buildSite } from "./support/build-site.ts";
import { type FakeServer, startFakeServer } from "./support/fake-server.ts";

describe.skipIf(noBrowser !== undefined)(noBrowser ?? "the page around the conversation", () => {
  let server: FakeServer;
  let built: Awaited<ReturnType<typeof buildSite>>;
  let browser: { context: BrowserContext; close: () => Promise<void> };
  let page: Page;
  beforeAll(async () => {
    built = await buildSite();
    server = await startFakeServer({ site: built.site });
    browser = await openBrowser({ acceptDownloads: true });
    page = browser.context.pages()[0] as Page;
  });
  beforeEach(async () => {
    await page.goto(server.url);
    await page.getByRole("option", { name: "Qwen/Qwen3-0.6B" }).waitFor({ state: "attached" });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    built?.remove();
  });

  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);

  it("is used by keyboard alone", async () => {
    await page.keyboard.press("Escape");
    await page.locator("body").click({ position: { x: 600, y: 200 } });
    await page.keyboard.press("/");
    await page.keyboard.type("by keys");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("second line");
    await page.keyboard.press("Enter");
    await page.getByText("message 1.").waitFor();
    expect(server.requests.at(-1)?.messages).toEqual([{ role: "user", content: "by keys\nsecond line" }]);
    await page.keyboard.press("Control+Shift+M");
    await page.getByRole("heading", { name: "Models", level: 1 }).waitFor();
    await page.keyboard.press("Control+K");
    await expect.poll(focused).toBe("search");
    await page.keyboard.press("Control+Shift+O");
    await expect.poll(focused).toBe("message");
    expect(await page.evaluate(() => location.hash)).toBe("#/");
    await page.locator("body").click({ position: { x: 600, y: 200 } });
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
    await page.keyboard.press("Control+.");
    await expect.poll(() => page.getByRole("complementary").count()).toBe(0);
    await page.keyboard.press("Control+.");
    await page.getByRole("complementary", { name: "Details" }).waitFor();
  });

  it("does not send while a Korean syllable is being written", async () => {
    const before = server.requests.length;
    const field = page.locator("#message");
    await field.fill("안녕하세");
    await field.dispatchEvent("keydown", { key: "Enter", isComposing: true });
    await page.waitForTimeout(100);
    expect(server.requests.length).toBe(before);
    expect(await field.inputValue()).toBe("안녕하세");
    await field.press("Enter");
    await page.getByText("to “안녕하세”").waitFor();
  });

  it("keeps what was typed and not sent over a reload", async () => {
    await page.locator("#message").fill("half a thought");
    await page.reload();
    await expect.poll(() => page.locator("#message").inputValue()).toBe("half a thought");
    await page.locator("#message").fill("");
  });

  it("follows the system's theme until the user chooses one, which stays", async () => {
    await page.emulateMedia({ colorScheme: "dark" });
    await expect.poll(ground).toBe("rgb(23, 23, 22)");
    await page.emulateMedia({ colorScheme: "light" });
    await expect.poll(ground).toBe("rgb(250, 249, 246)");
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByRole("radio", { name: "Dark" }).check();
    await expect.poll(ground).toBe("rgb(23, 23, 22)");
    await page.reload();
    await expect.poll(ground).toBe("rgb(23, 23, 22)");
    await page.evaluate(() => localStorage.clear());
  });

  it("speaks Korean when told, and goes on doing so", async () => {
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByRole("radio", { name: "한국어" }).check();
    await page.getByRole("dialog", { name: "설정" }).waitFor();
    await page.reload();
    await page.getByRole("textbox", { name: "메시지" }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe("ko");
    await page.evaluate(() => localStorage.clear());
  });

  it("renames, exports and deletes conversations", async () => {
    await ask(page, "to be exported");
    await page.getByText("to “to be exported”").waitFor();
    const menu = () => page.getByRole("button", { name: /Actions for “(?:to be exported|My export)”/ });
    await menu().click();
    await page.getByRole("menuitem", { name: "Rename" }).click();
    await page.getByRole("textbox", { name: "Title of the conversation" }).fill("My export");
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "My export" }).waitFor();
    await menu().click();
    const [saved] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("menuitem", { name: "Export as Markdown" }).click(),
    ]);
    expect(saved.suggestedFilename()).toBe("My-export.md");
    const text = readFileSync(await saved.path(), "utf8");
    expect(text).toContain("# My export\n\n## You\n\nto be exported\n\n## Qwen/Qwen3-0.6B\n\nAnswer");
    await menu().click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("alertdialog", { name: "Delete this conversation?" }).waitFor();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await expect.poll(() => page.getByRole("link", { name: "My export" }).count()).toBe(0);
    await page.reload();
    expect(await page.getByRole("link", { name: "My export" }).count()).toBe(0);
  });

  it("answers in two conversations at once, and a deleted one stays deleted", async () => {
    await ask(page, "slow one");
    await page.getByText("word word").waitFor();
    await page.keyboard.press("Control+Shift+O");
    await ask(page, "quick one");
    await page.getByText("to “quick one”").waitFor();
    await page.getByRole("img", { name: "answering" }).waitFor();
    await page.getByRole("button", { name: "Actions for “slow one”" }).click();
    // The keys are the menu's once it is open and has the focus.
    await page.locator("[role=menuitem]:focus").waitFor();
    await page.keyboard.press("End");
    await page.locator("[role=menuitem]:focus", { hasText: "Delete" }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await expect.poll(() => page.getByRole("link", { name: "slow one" }).count()).toBe(0);
    await expect.poll(() => page.getByRole("img", { name: "answering" }).count()).toBe(0);
    await page.reload();
    await page.getByRole("link", { name: "quick one" }).waitFor();
    expect(await page.getByRole("link", { name: "slow one" }).count()).toBe(0);
    const kept = await page.evaluate(
      () =>
        new Promise<number>((done) => {
          const open = indexedDB.open("engine");
          open.onsuccess = () => {
            const all = open.result.transaction("messages").objectStore("messages").getAll();
            all.onsuccess = () => done(all.result.filter(({ text }) => text.includes("word word")).length);
          };
        }),
    );
    expect(kept).toBe(0);
  });

  it("asks for the key that a server wants", async () => {
    const locked = await startFakeServer({ site: built.site, apiKey: "secret" });
    try {
      await page.goto(locked.url);
      await page.getByLabel("Server key").fill("secret");
      await page.keyboard.press("Enter");
      await page.getByRole("option", { name: "Qwen/Qwen3-0.6B" }).waitFor({ state: "attached" });
      await ask(page, "with a key");
      await page.getByText("to “with a key”").waitFor();
      await page.evaluate(() => localStorage.clear());
    } finally {
      await locked.close();
    }
  });

  function focused(): Promise<string | undefined> {
    return page.evaluate(() => document.activeElement?.id);
  }
});
