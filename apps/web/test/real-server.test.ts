import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, complaints, noBrowser, openBrowser } from "./support/browser.ts";

const program = join(import.meta.dirname, "../../cli/dist/main.js");
const site = join(import.meta.dirname, "../dist/site/index.html");

/** The whole product: built command line, built server, built page, the demo model. */
const missing =
  noBrowser ?? [program, site].filter((path) => !existsSync(path)).map((path) => `${path} is not built`)[0];

describe.skipIf(missing !== undefined)(missing ?? "the page on a real server", () => {
  let server: ChildProcess;
  let url = "";
  let browser: { context: BrowserContext; close: () => Promise<void> };
  let page: Page;
  let wrong: string[];
  beforeAll(async () => {
    server = spawn(process.execPath, [program, "serve", "--port", "0", "--no-hub"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    url = `${await firstLine(server)}/`;
    browser = await openBrowser();
    page = browser.context.pages()[0] as Page;
    wrong = complaints(page, url);
    await page.goto(url);
    await page.getByRole("option", { name: "demo" }).waitFor({ state: "attached" });
  });
  afterAll(async () => {
    await browser?.close();
    server?.kill();
  });

  it("tells a story and measures it", async () => {
    await page.getByRole("spinbutton", { name: "Longest answer" }).fill("40");
    await page.getByRole("spinbutton", { name: "Seed" }).fill("7");
    await ask(page, "Once upon a time");
    await page.getByText("The answer reached its longest allowed length.").waitFor();
    expect((await page.locator(".answer .markdown").textContent())?.length).toBeGreaterThan(60);
    const stats = await page.getByRole("list", { name: "Answer in numbers" }).textContent();
    expect(stats).toMatch(/[\d.,]+ tokens\/s.*first token after [\d.]+m?s.*40 tokens/);
    await page.getByText(/^\d+ of 512 tokens$/).waitFor();
    await page.getByText(/threads: \d+\).* · no graphics card is used/).waitFor();
  });

  it("gives the same answer again for the same seed", async () => {
    const first = await page.locator(".answer .markdown").textContent();
    await page.getByRole("button", { name: "Answer again" }).click();
    await page.getByText("2/2").waitFor();
    await page.locator(".stats").waitFor();
    expect(await page.locator(".answer .markdown").textContent()).toBe(first);
  });

  it("says in a sentence that a message is longer than the context", async () => {
    await ask(page, "and so on ".repeat(400));
    await page.getByRole("region").getByText("longer than the model's context").waitFor();
  });

  it("unloads and loads the model", async () => {
    await page.goto(`${url}#/models`);
    await page.getByText("995,968").or(page.getByText("996K")).waitFor();
    await page.getByRole("button", { name: "Unload demo" }).click();
    await page.getByText("On disk").waitFor();
    await page.getByRole("button", { name: "Load demo" }).click();
    await page.getByText(/In memory · [\d.]+ MB/).waitFor();
  });

  it("kept to the server's policy", () => {
    expect(wrong).toEqual([]);
  });
});

/** The address that the command prints; its complaint when it ends first. */
function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((done, failed) => {
    let errors = "";
    child.stderr?.on("data", (text) => {
      errors += text;
    });
    child.stdout?.once("data", (text) => done(String(text).trim()));
    child.once("exit", (code) => failed(new Error(`engine serve ended with ${code}: ${errors}`)));
  });
}
