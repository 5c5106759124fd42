import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildSite } from "./support/build-site.ts";

/** Gzipped kilobytes (1000 bytes); the README says the same. */
const BUDGET = { first: 70, later: 45 };

let built: Awaited<ReturnType<typeof buildSite>>;
beforeAll(async () => {
  built = await buildSite();
});
afterAll(() => built?.remove());

const read = (path: string) => readFileSync(join(built.site, path));
const kilobytes = (path: string) => gzipSync(read(path), { level: 9 }).length / 1000;
const assets = () => readdirSync(join(built.site, "assets")).map((name) => `assets/${name}`);

it("stays within its budget, what is loaded first and what comes later", () => {
  const page = read("index.html").toString();
  const first = assets().filter((path) => page.includes(path));
  const later = assets().filter((path) => !page.includes(path));
  const sum = (paths: string[]) => paths.reduce((total, path) => total + kilobytes(path), 0);
  expect(first.length).toBeGreaterThan(0);
  expect(sum(["index.html", "icon.svg", ...first])).toBeLessThan(BUDGET.first);
  expect(later.length).toBeGreaterThan(0);
  expect(sum(later)).toBeLessThan(BUDGET.later);
});

it("needs nothing but its own files, and no inline code", () => {
  const page = read("index.html").toString();
  expect(page).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\son\w+=|style=/);
  expect(page).not.toMatch(/(?:src|href)="(?!\.\/)/);
  for (const path of assets().filter((name) => name.endsWith(".css"))) {
    expect(read(path).toString()).not.toMatch(/url\(|@import/);
  }
  for (const path of assets().filter((name) => name.endsWith(".js"))) {
    expect(read(path).toString()).not.toMatch(/\beval\(|new Function\(|document\.write\(/);
  }
});
