import { defineConfig } from "vite";

/** In development the page comes from vite, and the API from a server started with `engine serve`. */
const server = process.env.ENGINE_SERVER ?? "http://127.0.0.1:8080";
const api = ["/v1", "/engine", "/health", "/ready", "/tokenize"];

export default defineConfig({
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact", development: false } },
  build: {
    outDir: "dist/site",
    // A strict Content-Security-Policy allows files of the server only: nothing goes into data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: Object.fromEntries(api.map((path) => [path, server])) },
});
