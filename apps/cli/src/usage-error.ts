/** The command line itself is wrong: exit code 2 and a hint at --help. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
