import { EXIT } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { extensions } from "../model/extensions.ts";
import { paint } from "../terminal/paint.ts";
import { table } from "../terminal/table.ts";

export interface PluginsFlags {
  readonly plugin?: readonly string[];
  readonly json?: boolean;
  readonly verbose?: boolean;
}

export async function plugins(io: Io, flags: PluginsFlags): Promise<number> {
  const { registry, backends } = await extensions(flags.plugin);
  const architectures = registry.architectures.map(({ name, api, modelTypes }) => ({
    name,
    api,
    modelTypes,
  }));
  const devices = backends.map((backend) => {
    const unavailable = backend.unavailable();
    return {
      name: backend.name,
      api: backend.api,
      available: unavailable === undefined,
      ...(unavailable && { unavailable }),
    };
  });
  if (flags.json) {
    io.stdout.write(`${JSON.stringify({ architectures, backends: devices })}\n`);
    return EXIT.done;
  }
  return EXIT.done;
}
