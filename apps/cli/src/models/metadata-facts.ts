import type { GgufMetadata } from "@engine/loader";

/** Longer lists are vocabularies. */
const MOST = 64;

/** A GGUF file's keys and values; of long lists the number of items. */
export function metadataFacts(metadata: GgufMetadata): Readonly<Record<string, unknown>> {
  const values = [...metadata.keys()].map((key) => {
    const count = metadata.count(key);
    return [key, count !== undefined && count > MOST ? `${count} items` : metadata.get(key)];
  });
  return Object.fromEntries(values);
}
