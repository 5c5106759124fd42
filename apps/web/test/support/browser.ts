import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";

const PLACES = [
  process.env.CHROME_PATH,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const executable = PLACES.find((path) => path !== undefined && existsSync(path));

/** Why no browser test can run here; undefined where there is a Chromium. */
export const noBrowser: string | undefined = executable
  ? undefined
  : "no Chromium found; install one (Debian: apt-get install chromium) or set CHROME_PATH";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export type ContextOptions = Parameters<typeof chromium.launchPersistentContext>[1];

/** A Chromium with a profile of its own, which goes when it is closed. */
export async function openBrowser(
  options: ContextOptions = {},
): Promise<{ context: BrowserContext; close: () => Promise<void> }> {
  const profile = mkdtempSync(join(tmpdir(), "engine-web-profile-"));
  const context = await chromium.launchPersistentContext(profile, {
    ...(executable && { executablePath: executable }),
    args: FLAGS,
    locale: "en-US",
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  context.setDefaultTimeout(30_000);
  return {
    context,
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** Everything the page complained about: errors, refusals of its policy, requests to elsewhere. */
export function complaints(page: Page, url: string): string[] {
  const found: string[] = [];
  page.on("pageerror", (error) => found.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !/Failed to load resource/.test(message.text()))
      found.push(message.text());
  });
  page.on("request", (request) => {
    const to = request.url();
    if (!to.startsWith(url) && !/^(?:blob|data):/.test(to)) found.push(`request to ${to}`);
  });
  return found;
}

/** Writes a message and sends it with Enter. */
export async function ask(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox", { name: "Message" }).fill(text);
  await page.keyboard.press("Enter");
}
