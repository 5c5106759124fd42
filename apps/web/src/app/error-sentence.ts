import type { ApiErrorKind } from "../api/api-error.ts";
import type { Messages } from "../i18n/messages.ts";

/** What was met and what to do about it, in the user's language; the server's own words where it sent any. */
export function errorSentence(
  t: Messages,
  error: { readonly kind: ApiErrorKind; readonly message: string; readonly status: number },
): string {
  switch (error.kind) {
    case "offline":
      return t.error.offline;
    case "unauthorized":
      return t.error.unauthorized;
    case "busy":
      return t.error.busy;
    case "too-long":
      return t.error.tooLong;
    case "not-found":
      return t.error.notFound;
    case "told":
      return error.message;
    case "untold":
      return t.error.server(error.status);
    case "unreadable":
      return t.error.unreadable;
  }
}
