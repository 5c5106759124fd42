import type { ChannelDescription } from "./channel-description.ts";

/**
 * What stands before and after the JSON of a call's arguments, where a family writes calls as plain text around JSON;
 * undefined where it does not. For grammars that ask for a call.
 */
export function callFrame(
  { tools }: ChannelDescription,
  name: string,
): { readonly begin: string; readonly end: string } | undefined {
  const form = tools.find(({ frame }) => frame !== undefined);
  if (!form?.frame) return undefined;
  const [before, after] = form.frame;
  const quoted = JSON.stringify(name).slice(1, -1);
  return { begin: form.open + before.replace("NAME", () => quoted), end: after + (form.close ?? "") };
}
