import { render } from "preact";
import { AppContext, createApp } from "./app/app.ts";
import { Page } from "./app/page.tsx";
import { openBrowserStore } from "./storage/browser-store.ts";
import { createMemoryStore } from "./storage/memory-store.ts";
import { createPreferences, usableStorage } from "./storage/preferences.ts";
import "./styles/index.css";

const preferences = createPreferences(usableStorage(window), {
  languages: navigator.languages,
  panel: window.matchMedia("(min-width: 1100px)").matches ? "open" : "closed",
});
const store = await openBrowserStore("engine").catch(createMemoryStore);
const app = await createApp({ window, store, preferences });
const root = document.getElementById("app");
if (root) {
  render(
    <AppContext.Provider value={app}>
      <Page />
    </AppContext.Provider>,
    root,
  );
}
