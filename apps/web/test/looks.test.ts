import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ContextOptions, complaints, noBrowser, openBrowser } from "./support/browser.ts";
import { buildSite } from "./support/build-site.ts";
import { type FakeServer, startFakeServer } from "./support/fake-server.ts";

/** Where the pictures go that each look leaves behind; none are made unless this is set. */
const pictures = process.env.ENGINE_SCREENSHOTS;

const wide = { viewport: { width: 1440, height: 900 } };
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
const looks: Readonly<Record<string, ContextOptions>> = {
  light: { ...wide, colorScheme: "light" },
  dark: { ...wide, colorScheme: "dark" },
  phone: { ...phone, colorScheme: "light" },
  korean: { ...wide, colorScheme: "light", locale: "ko-KR" },
};

describe.skipIf(noBrowser !== undefined)(noBrowser ?? "the page", () => {
  let server: FakeServer;
  let built: Awaited<ReturnType<typeof buildSite>>;
  beforeAll(async () => {
    built = await buildSite();
    server = await startFakeServer({ site: built.site });
    if (pictures) mkdirSync(pictures, { recursive: true });
  });
  afterAll(async () => {
    await server?.close();
    built?.remove();
  });

  it.each(Object.keys(looks))(
    "is accessible, fits its window and keeps its policy: %s",
    async (look) => {
      const { context, close } = await openBrowser(looks[look]);
      try {
        const page = context.pages()[0] ?? (await context.newPage());
        const wrong = complaints(page, server.url);
        const narrow = look === "phone";
        const picture = async (state: string): Promise<void> => {
          if (pictures) await page.screenshot({ path: join(pictures, `${look}-${state}.png`) });
        };
        const check = async (state: string): Promise<void> => {
          await picture(state);
          expect(await violations(page), `${look}, ${state}`).toEqual([]);
          expect(await overflow(page), `${look}, ${state}: wider than the window`).toBeLessThanOrEqual(0);
        };

        await page.goto(server.url);
        await page.locator(".ideas button").first().waitFor();
        await check("empty");

        await page.locator("#message").fill("Please think, then showcase a hash table");
        await page.locator("#message").press("Enter");
        await page.locator(".stats").waitFor();
        await page.locator(".hljs-keyword").first().waitFor();
        await page.locator(".messages").evaluate((list) => list.scrollTo({ top: 0 }));
        await picture("chat");
        await page.locator(".reasoning summary").click();
        await check("reasoning");
        if (narrow) {
          await page.locator(".top-bar .icon-button").last().click();
          await check("panel");
          await page.locator(".panel-head .icon-button").click();
        }

        await page.goto(`${server.url}#/models`);
        await page.locator(".card.model").first().waitFor();
        await page.locator("#download").fill("Qwen/slow-model");
        await page.locator("#download").press("Enter");
        await page.locator(".job-row .numbers").getByText("/s").or(page.getByText("초당")).first().waitFor();
        await page.locator(".card-actions .button").nth(2).click();
        await page.locator("dialog[open] .fields").waitFor();
        await check("quantize");
        await page.locator("dialog[open] input[type=text]").fill("slow-copy");
        await page.locator("dialog[open] button[type=submit]").click();
        await page.locator(".job-row").nth(1).waitFor();
        await check("models");

        if (narrow) {
          await page.locator(".page-head .icon-button").click();
          await page.locator(".sidebar.open").waitFor();
          await page.waitForTimeout(300);
          await check("sidebar");
        }
        await page.locator(".sidebar-foot button").click();
        await page.locator("dialog[open]").waitFor();
        await check("settings");
        expect(wrong).toEqual([]);
      } finally {
        await close();
      }
    },
    120_000,
  );
});

/** What axe finds against WCAG 2.2 AA, minor matters left out. */
async function violations(page: Page): Promise<string[]> {
  // Half-faded colours are not the colours.
  await page.evaluate(async () => {
    const ending = document
      .getAnimations()
      .filter(({ effect }) => effect?.getTiming().iterations !== Number.POSITIVE_INFINITY);
    await Promise.all(ending.map(({ finished }) => finished.catch(() => undefined)));
  });
  const loaded = await page.evaluate(() => "axe" in window);
  if (!loaded) {
    const path = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
    // The page's policy refuses inline scripts, this one too: it comes through the debugger.
    await page.evaluate(readFileSync(path, "utf8"));
  }
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(options: object): Promise<AxeResult> } };
    const { violations } = await axe.run({
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return violations
      .filter(({ impact }) => impact !== "minor")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
  });
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string | null;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/** Pixels by which the document is wider than its window. */
function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}
