import { type ParseArgsConfig, parseArgs } from "node:util";

type Options = NonNullable<ParseArgsConfig["options"]>;
type Arguments<O extends Options> = ReturnType<typeof parseArgs<{ allowPositionals: true; options: O }>>;

/** Ends a bench that was called otherwise than `usage` says. Exit code 2. */
export function misused(usage: string, why?: string): never {
  console.error(why === undefined ? usage : `${why}\n${usage}`);
  process.exit(2);
}

/** Ends a bench that cannot run on this machine. Exit code 1. */
export function unable(why: string): never {
  console.error(why);
  process.exit(1);
}

/** The command line of a bench. Tells `usage` for --help, and where an option is none of `options`. */
export function argumentsOf<const O extends Options>(usage: string, options: O): Arguments<O> {
  if (process.argv.includes("--help")) {
    console.log(usage);
    process.exit(0);
  }
  try {
    return parseArgs({ allowPositionals: true, options });
  } catch (error) {
    return misused(usage, (error as Error).message);
  }
}
