import { readFile } from "node:fs/promises";
import { EngineError } from "@engine/core";

const FORM = '[{ "type": "function", "function": { "name": …, "description": …, "parameters": {…} } }]';

/** The tools of `--tools FILE`. Throws `missing-file`, `bad-option`. */
export async function readTools(path: string): Promise<readonly unknown[]> {
  const value = parsed(await text(path), path);
  if (!Array.isArray(value) || value.length === 0)
    throw new EngineError("bad-option", `${path}: --tools takes a JSON list of tools, ${FORM}.`);
  const names = value.map((tool: unknown, index) => {
    const name = nameOf(tool);
    if (name === undefined)
      throw new EngineError(
        "bad-option",
        `${path}: tool ${index + 1} has no name; a list of tools is ${FORM}.`,
      );
    return name;
  });
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new EngineError(
      "bad-option",
      `${path}: two tools are called ${JSON.stringify(twice)}; rename one.`,
    );
  return value;
}

function nameOf(tool: unknown): string | undefined {
  if (typeof tool !== "object" || tool === null || !("function" in tool)) return undefined;
  const { function: described } = tool;
  if (typeof described !== "object" || described === null || !("name" in described)) return undefined;
  return typeof described.name === "string" && described.name !== "" ? described.name : undefined;
}

async function text(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "no such file" : `cannot be read (${code})`;
    throw new EngineError(
      "missing-file",
      `${path}: ${why}; --tools takes a JSON file with a list of tools.`,
      {
        cause,
      },
    );
  }
}

function parsed(json: string, path: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    const why = (cause as Error).message;
    throw new EngineError(
      "bad-option",
      `${path}: is no JSON (${why}); --tools takes a list of tools, ${FORM}.`,
      {
        cause,
      },
    );
  }
}
