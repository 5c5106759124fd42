import type { Tokenizer } from "../tokenizer.ts";
import { CALLS } from "./call-table.ts";
import { type ChannelDescription, markersOf, type ToolForm } from "./channel-description.ts";
import { FRAMES } from "./frame-table.ts";
import { REASONING } from "./reasoning-table.ts";
import { type Row, STOPS } from "./table-row.ts";

/** What a family is recognised by. */
export interface ChannelSigns {
  /** The chat templates' source texts. */
  readonly templates: readonly string[];
  /** Whether the tokenizer has this text as one token. */
  hasToken(text: string): boolean;
}

/** The description that fits a template and a vocabulary; one without channels and calls where nothing is recognised. */
export function detectChannels({ templates, hasToken }: ChannelSigns): ChannelDescription {
  const written = (sign: string) => templates.some((text) => text.includes(sign));
  const applies = (row: Row<unknown>) => row.signs.some((sign) => written(sign) || hasToken(sign));
  const thought = REASONING.find(applies);
  const calls = CALLS.filter(applies);
  const rows: readonly Row<unknown>[] = thought ? [thought, ...calls] : calls;
  return {
    name: rows.map((row) => row.name).join("+") || "plain",
    ...(thought && { reasoning: thought.value }),
    tools: calls.flatMap((row) => row.value).map((form) => withFrame(form, written)),
    ignored: rows.flatMap((row) => row.ignored ?? []),
    stops: STOPS.filter((stop) => written(stop) && hasToken(stop)),
  };
}

function withFrame(form: ToolForm, written: (sign: string) => boolean): ToolForm {
  const found = FRAMES.find(
    ({ open, sign }) => open === form.open && (sign === undefined || written(sign)),
  )?.frame;
  return found ? { ...form, frame: found } : form;
}

/** The description that fits a tokenizer and its chat template. */
export function channelsOf(
  tokenizer: Pick<Tokenizer, "tokenId"> & { readonly chatTemplate: { readonly sources: readonly string[] } },
): ChannelDescription {
  return detectChannels({
    templates: tokenizer.chatTemplate.sources,
    hasToken: (text) => tokenizer.tokenId(text) !== undefined,
  });
}

/** Whether an answer to a rendered prompt begins inside a thought, as where the template opens it for the model. */
export function opensReasoning(prompt: string, { reasoning }: ChannelDescription): boolean {
  return reasoning !== undefined && (reasoning.always === true || prompt.trimEnd().endsWith(reasoning.open));
}

/** Special tokens that an answer's text leaves out: all but those the markers are made of. */
export function hiddenIds(
  tokenizer: Pick<Tokenizer, "specialIds" | "tokenText">,
  description: ChannelDescription,
): ReadonlySet<number> {
  const markers = markersOf(description);
  const shown = (id: number): boolean => {
    const text = tokenizer.tokenText(id);
    return text !== undefined && markers.some((marker) => marker.includes(text));
  };
  return new Set([...tokenizer.specialIds].filter((id) => !shown(id)));
}
