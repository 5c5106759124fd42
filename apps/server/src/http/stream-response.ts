import type { ApiError } from "../errors/api-error.ts";
import { toApiError } from "../errors/to-api-error.ts";

export interface StreamSettings {
  /** Milliseconds without a frame after which a ping is sent. */
  readonly pingMs: number;
  /** Milliseconds a reader may take nothing while something waits for it. */
  readonly stallMs: number;
  /** Milliseconds the first frame may take before the answer begins without it. */
  readonly headMs: number;
}

export interface StreamOptions extends StreamSettings {
  readonly contentType: string;
  /** What is sent while there is nothing to tell; none for formats that have no place for it. */
  readonly ping?: string;
  /** How a failure is told once the answer has begun. */
  readonly errorFrame: (error: ApiError) => string;
  /** Ends the work when the reader goes away or stalls. */
  readonly abort: AbortController;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Answers with frames as they come. What fails before the first one, or within `headMs`, is thrown and so has a
 * status of its own. Frames are taken from the source at its own pace: a slow reader costs text, not the model's
 * memory, and one that takes nothing for `stallMs` is dropped.
 */
export async function streamResponse(
  frames: AsyncGenerator<string, void, undefined>,
  options: StreamOptions,
): Promise<Response> {
  const first = frames.next();
  await Promise.race([first, delay(options.headMs)]);
  const body = new ReadableStream<Uint8Array>(source(frames, first, options), {
    highWaterMark: 65_536,
    size: (chunk) => chunk?.byteLength ?? 0,
  });
  return new Response(body, {
    headers: {
      "content-type": options.contentType,
      "cache-control": "no-cache",
      "x-accel-buffering": "no",
      ...options.headers,
    },
  });
}

function source(
  frames: AsyncGenerator<string, void, undefined>,
  first: Promise<IteratorResult<string, void>>,
  { ping, pingMs, stallMs, errorFrame, abort }: StreamOptions,
): ConstructorParameters<typeof ReadableStream<Uint8Array>>[0] {
  const encoder = new TextEncoder();
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const end = (): void => {
    ended = true;
    clearInterval(timer);
  };
  return {
    start(controller: ReadableStreamDefaultController<Uint8Array>) {
      let quietSince = performance.now();
      let sent = 0;
      const send = (text: string): void => {
        const bytes = encoder.encode(text);
        sent += bytes.byteLength;
        quietSince = performance.now();
        controller.enqueue(bytes);
      };
      const stalled = stallWatch(
        () => ({ sent, waiting: 65_536 - (controller.desiredSize ?? 65_536) }),
        stallMs,
      );
      timer = setInterval(
        () => {
          if (stalled()) {
            end();
            abort.abort();
            controller.error(new Error("The client reads nothing."));
          } else if (ping !== undefined && performance.now() - quietSince >= pingMs) send(ping);
        },
        Math.max(10, Math.min(pingMs, stallMs) / 4),
      );
      const pump = async (): Promise<void> => {
        try {
          for (let next = await first; !next.done && !ended; next = await frames.next()) send(next.value);
        } catch (error) {
          if (!ended) send(errorFrame(toApiError(error)));
        }
        await frames.return().catch(() => {});
        if (ended) return;
        end();
        controller.close();
      };
      void pump();
    },
    cancel() {
      end();
      abort.abort();
    },
  };
}

/** Tells whether bytes have been waiting and none was taken for so long. */
function stallWatch(look: () => { sent: number; waiting: number }, stallMs: number): () => boolean {
  let [read, since] = [0, performance.now()];
  return () => {
    const { sent, waiting } = look();
    if (waiting <= 0 || sent - waiting !== read) [read, since] = [sent - waiting, performance.now()];
    return performance.now() - since >= stallMs;
  };
}

function delay(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms).unref());
}
