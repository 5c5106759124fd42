/** The "organisation/model" of what a user typed: the name itself, or an address on the hub. */
export function hubId(typed: string): string | undefined {
  const name = typed
    .trim()
    .replace(/^(?:https?:\/\/)?(?:www\.)?(?:huggingface\.co|hf\.co)\//, "")
    .replace(/\/(?:tree|blob|resolve)\/.*$/, "")
    .replace(/\/$/, "");
  return /^[\w.-]+\/[\w.-]+$/.test(name) && !name.includes("..") ? name : undefined;
}
