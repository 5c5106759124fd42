import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { createHttp } from "../api/http.ts";
import { pullModel } from "../api/pull.ts";
import { type QuantizeAsk, quantizeModel } from "../api/quantize.ts";
import { type Format, formats } from "../i18n/format.ts";
import { CATALOGUES } from "../i18n/i18n.ts";
import type { Messages as Texts } from "../i18n/messages.ts";
import type { Preferences } from "../storage/preferences.ts";
import type { Store } from "../storage/store.ts";
import { type Announcer, createAnnouncer } from "./announcer.ts";
import { type Answers, createAnswers } from "./answers.ts";
import { type Conversations, createConversations } from "./conversations.ts";
import { errorSentence } from "./error-sentence.ts";
import { createJobs, type Jobs } from "./jobs.ts";
import { createRouter, type Router } from "./route.ts";
import { createServer, type Server } from "./server.ts";

export type DialogName = "settings" | "shortcuts";

/** Everything the page is made of; components reach it through `useApp`. */
export interface App extends Router {
  readonly http: ReturnType<typeof createHttp>;
  readonly store: Store;
  readonly preferences: Preferences;
  readonly t: ReadonlySignal<Texts>;
  readonly format: ReadonlySignal<Format>;
  readonly server: Server;
  readonly conversations: Conversations;
  readonly answers: Answers;
  /** From the hub, by the model's id. */
  readonly downloads: Jobs<string>;
  /** By the new model's name. */
  readonly quantizing: Jobs<QuantizeAsk>;
  readonly announcer: Announcer;
  readonly dialog: Signal<DialogName | undefined>;
  /** Whether the list of conversations is open where the window is too narrow for it to stand there. */
  readonly sidebar: Signal<boolean>;
}

export interface AppOptions {
  readonly window: Window;
  readonly store: Store;
  readonly preferences: Preferences;
}

export async function createApp({ window, store, preferences }: AppOptions): Promise<App> {
  const { key, language } = preferences;
  const t = computed(() => CATALOGUES[language.value]);
  const format = computed(() => formats(language.value));
  const fetch = window.fetch.bind(window);
  const http = createHttp({ base: window.document.baseURI, key: () => key.peek(), fetch });
  const server = createServer(http, window.document);
  const announcer = createAnnouncer();
  let before = server.connection.peek();
  server.connection.subscribe((now) => {
    if (before === "down" && now === "up") announcer.say(t.peek().notice.reconnected);
    before = now;
  });
  const conversations = createConversations(store, await store.conversations().catch(() => []));
  const answers = createAnswers({
    http,
    conversations,
    server,
    onEnd({ outcome, error, text }) {
      const { done, stopped, failed } = t.peek().live;
      const words = text.split(/\s+/).filter(Boolean).length;
      if (error) announcer.say(failed(errorSentence(t.peek(), error)));
      else announcer.say(outcome === "stopped" ? stopped : done(format.peek().whole(words)));
    },
  });
  const downloads = createJobs<string>({
    run: (id, stop) => pullModel(http, id, stop),
    onDone(id) {
      announcer.say(t.peek().models.downloadDone(id));
      void server.refresh();
    },
  });
  const quantizing = createJobs<QuantizeAsk>({
    run: (ask, stop) => quantizeModel(http, ask, stop),
    onDone(id) {
      announcer.say(t.peek().models.quantizeDone(id));
      void server.refresh();
    },
  });
  return {
    ...createRouter(window),
    http,
    store,
    preferences,
    t,
    format,
    server,
    conversations,
    answers,
    downloads,
    quantizing,
    announcer,
    dialog: signal<DialogName | undefined>(undefined),
    sidebar: signal(false),
  };
}

export const AppContext = createContext<App | undefined>(undefined);

/** The app that the component is drawn in. */
export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error("useApp() outside <AppContext.Provider>");
  return app;
}
