import { type Signal, signal } from "@preact/signals";

/** What the page shows; it stands behind the # of the address, so the server needs one file only. */
export type Route =
  | { readonly view: "chat" /** Undefined for a new one. */; readonly conversation: string | undefined }
  | { readonly view: "models" };

export function parseRoute(hash: string): Route {
  const [view, id] = hash.replace(/^#\/?/, "").split("/");
  if (view === "models") return { view };
  return { view: "chat", conversation: view === "chat" && id ? id : undefined };
}

export function routeHash(route: Route): string {
  if (route.view === "models") return "#/models";
  return route.conversation === undefined ? "#/" : `#/chat/${route.conversation}`;
}

export interface Router {
  readonly route: Signal<Route>;
  go(route: Route, options?: { readonly replace?: boolean }): void;
}

export function createRouter(window: Window): Router {
  const route = signal(parseRoute(window.location.hash));
  window.addEventListener("hashchange", () => {
    route.value = parseRoute(window.location.hash);
  });
  return {
    route,
    go(next, { replace = false } = {}) {
      if (replace) window.history.replaceState(undefined, "", routeHash(next));
      else window.history.pushState(undefined, "", routeHash(next));
      route.value = next;
    },
  };
}
