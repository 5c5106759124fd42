/** An answer with all that a language model likes to write. */
export const SHOWCASE = `A **hash table** finds a value by its key in about the same time, however many entries there are.

## How it works

1. A *hash function* turns the key into a number.
2. That number picks a **bucket**.
3. Entries that meet in one bucket are told apart by their keys.

\`\`\`ts
/** Counts how often each word occurs. */
function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of text.split(/\\s+/)) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}
\`\`\`

| Operation | Average | Worst |
|---|---:|---:|
| look up | O(1) | O(n) |
| insert | O(1) | O(n) |

> A good hash function spreads keys evenly; a bad one makes a slow list of it.

Use \`Map\` when keys are not strings, and read [the reference](https://developer.mozilla.org/) for the details.`;
