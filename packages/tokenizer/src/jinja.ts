import { Environment, Interpreter, Template } from "@huggingface/jinja";

/** What a template asks of its surroundings. */
export interface TemplateHooks {
  /** Called by raise_exception; must throw. */
  refuse(message: string): never;
  /** Answers strftime_now. */
  now(format: string): string;
}

/** A parsed template. */
export interface Jinja {
  render(variables: Readonly<Record<string, unknown>>, hooks: TemplateHooks): string;
}

/**
 * Parses a Jinja template with blocks trimmed, as transformers does. The library's own `Template.render` fixes the
 * time and the language of strftime_now and refuses variables of those names, so the surroundings are set here.
 */
export function parseJinja(text: string): Jinja {
  const { parsed } = new Template(text);
  return {
    render(variables, hooks) {
      const globals = new Environment();
      const constants = { true: true, True: true, false: false, False: false, none: null, None: null };
      const functions = { range, raise_exception: hooks.refuse, strftime_now: hooks.now };
      for (const [name, value] of Object.entries({ ...constants, ...functions })) globals.set(name, value);
      const scope = new Environment(globals);
      for (const [name, value] of Object.entries(variables)) scope.set(name, value);
      return new Interpreter(scope).run(parsed).value as string;
    },
  };
}

/** Python's range. */
function range(first: number, end?: number, step = 1): number[] {
  const [from, to] = end === undefined ? [0, first] : [first, end];
  if (step === 0) throw new Error("range() arg 3 must not be zero");
  const length = Math.max(0, Math.ceil((to - from) / step));
  return Array.from({ length }, (_, i) => from + i * step);
}
