import { type ReadonlySignal, signal } from "@preact/signals";
import { ApiError, toApiError } from "../api/api-error.ts";
import type { Http } from "../api/http.ts";
import { describeModel, listModels, listNames, type Model, type ModelFacts } from "../api/models.ts";
import { readStatus, type Status } from "../api/status.ts";

/** "locked": the server wants a key, or another one. */
export type Connection = "connecting" | "up" | "down" | "locked";

/** What is known about the server, asked again and again while the page is seen. */
export interface Server {
  readonly connection: ReadonlySignal<Connection>;
  /** Undefined until the first answer. */
  readonly models: ReadonlySignal<readonly Model[] | undefined>;
  /** Undefined, too, where the server keeps its management to itself. */
  readonly status: ReadonlySignal<Status | undefined>;
  readonly facts: ReadonlySignal<ReadonlyMap<string, ModelFacts>>;
  /** Asks now instead of at the next turn. */
  refresh(): Promise<void>;
  /** Reads what a model is from its header, once. */
  learn(id: string): void;
  /** Resolves when the server answers again; rejects when `signal` fires first. */
  whenUp(signal: AbortSignal): Promise<void>;
}

const CALM = 2_000;
const LONGEST_PAUSE = 8_000;

export function createServer(http: Http, document: Document): Server {
  const connection = signal<Connection>("connecting");
  const models = signal<readonly Model[] | undefined>(undefined);
  const status = signal<Status | undefined>(undefined);
  const facts = signal<ReadonlyMap<string, ModelFacts>>(new Map());
  const asked = new Set<string>();
  let pause = CALM;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let turn: Promise<void> | undefined;
  let learning = Promise.resolve();

  async function ask(): Promise<void> {
    try {
      const signal = AbortSignal.timeout(10_000);
      const managed = await readStatus(http, signal).catch(unlessClosed);
      models.value = managed ? await listModels(http, signal) : await listNames(http, signal);
      status.value = managed;
      connection.value = "up";
      pause = CALM;
    } catch (error) {
      const { kind } = toApiError(error);
      connection.value = kind === "unauthorized" ? "locked" : kind === "offline" ? "down" : "up";
      pause = Math.min(LONGEST_PAUSE, pause * 1.5);
    }
  }

  function refresh(): Promise<void> {
    clearTimeout(timer);
    turn ??= ask().finally(() => {
      turn = undefined;
      // A page nobody sees does not ask, unless it waits for the server to come back.
      if (!document.hidden || connection.peek() === "down") timer = setTimeout(refresh, pause);
    });
    return turn;
  }

  document.addEventListener("visibilitychange", () => void refresh());
  document.defaultView?.addEventListener("online", () => void refresh());
  void refresh();

  return {
    connection,
    models,
    status,
    facts,
    refresh,
    learn(id) {
      if (asked.has(id) || !status.peek()) return;
      asked.add(id);
      // One after the other: a header may lie on a slow disk.
      learning = learning.then(async () => {
        const found = await describeModel(http, id).catch(() => undefined);
        // A model that is not whole yet may be asked about again.
        if (found) facts.value = new Map(facts.peek()).set(id, found);
        else asked.delete(id);
      });
    },
    whenUp(abort) {
      return new Promise((done, failed) => {
        const stop = connection.subscribe((now) => {
          if (now !== "up") return;
          done();
          queueMicrotask(() => stop());
        });
        abort.addEventListener("abort", () => {
          stop();
          failed(new ApiError("offline", "stopped waiting"));
        });
      });
    },
  };
}

/** The management is for others, or for nobody: chatting may be allowed all the same. */
function unlessClosed(error: unknown): undefined {
  if ([401, 403, 404].includes(toApiError(error).status)) return undefined;
  throw error;
}
