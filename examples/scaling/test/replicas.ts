import { spawn, spawnSync } from "node:child_process";
import { backends, registry } from "@engine/engine";
import { modelPath } from "@engine/model-demo";
import { type RunningServer, serve } from "@engine/server";

/** The Python that has the packages of an example: ENGINE_PYTHON, or the one of the path. */
export const python = process.env.ENGINE_PYTHON ?? "python3";

/** Why a test cannot run here, or undefined where it can. */
export function lacksModules(...modules: string[]): string | undefined {
  const { status } = spawnSync(python, ["-c", `import ${modules.join(", ")}`], { stdio: "ignore" });
  return status === 0
    ? undefined
    : `${python} has no ${modules.join(", ")} (set ENGINE_PYTHON to one that has)`;
}

export function lacksProgram(name: string): string | undefined {
  return spawnSync(name, ["--version"], { stdio: "ignore" }).error ? `there is no ${name}` : undefined;
}

/** A server with the demo model, as one of several. */
export async function replica(): Promise<RunningServer> {
  const server = await serve({
    port: 0,
    models: [{ id: "demo", path: modelPath, plainChat: true }],
    loading: { registry: registry(), backend: backends(), context: 512 },
    drainMs: 2000,
    hubCache: false,
  });
  await server.ready;
  return server;
}

/** Runs a program to its end. Throws with what it said where it fails. */
export function run(
  file: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env: { ...process.env, ...env } });
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (piece: Buffer) => {
        said += piece;
      });
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve(said) : reject(new Error(`${file} ended with ${code}:\n${said.slice(-4000)}`)),
    );
  });
}
