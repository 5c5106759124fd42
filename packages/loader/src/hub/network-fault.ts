import { EngineError } from "@engine/core";
import type { StallWatch } from "./stall-watch.ts";
import { aborted, Transient } from "./transient.ts";

const TLS = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED)/;

/** What a failed `fetch`, or reading its body, means: `Transient`, or the EngineError that ends the download. */
export function networkFault(
  error: unknown,
  { url, watch, signal }: { readonly url: string; readonly watch: StallWatch; readonly signal: AbortSignal },
): Error {
  if (EngineError.isInstance(error) || error instanceof Transient) return error;
  if (signal.aborted) return aborted();
  if (watch.stalled) {
    return new Transient(
      failed(`${url}: nothing came for ${watch.limit / 1000} s. Check the network, and pull again to go on.`),
    );
  }
  const code = deepestReason(error);
  if (TLS.test(code)) {
    return failed(
      `${url}: the server's certificate is not accepted (${code}). Check HF_ENDPOINT and the clock; behind a company's proxy, name its certificate in NODE_EXTRA_CA_CERTS.`,
      error,
    );
  }
  const next =
    code === "ENOTFOUND" || code === "EAI_AGAIN"
      ? "Its name is not known here: check the network and HF_ENDPOINT."
      : "Check the network and HF_ENDPOINT, and pull again to go on.";
  return new Transient(failed(`${url}: the connection failed (${code}). ${next}`, error));
}

/** `fetch` wraps the reason in one error or more. */
function deepestReason(error: unknown): string {
  const { code, message } = (error ?? {}) as NodeJS.ErrnoException;
  const inner =
    error instanceof AggregateError && error.errors.length > 0
      ? (error.errors[0] as unknown)
      : (error as Error | undefined)?.cause;
  return inner === undefined ? (code ?? message ?? String(error)) : deepestReason(inner);
}

function failed(text: string, cause?: unknown): EngineError {
  return new EngineError("network-failed", text, { cause });
}
