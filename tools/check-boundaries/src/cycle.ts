import type { WorkspacePackage } from "./workspace.ts";

/** The names along one circle of dependencies, first name repeated at the end; undefined when there is none. */
export function findCycle(packages: readonly WorkspacePackage[]): string[] | undefined {
  const byName = new Map(packages.map((one) => [one.name, one]));
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): string[] | undefined => {
    const start = path.indexOf(name);
    if (start >= 0) return [...path.slice(start), name];
    const one = byName.get(name);
    if (!one || done.has(name)) return undefined;
    for (const next of [...one.dependencies, ...one.optionalDependencies, ...one.devDependencies]) {
      const cycle = visit(next, [...path, name]);
      if (cycle) return cycle;
    }
    done.add(name);
    return undefined;
  };
  for (const { name } of packages) {
    const cycle = visit(name, []);
    if (cycle) return cycle;
  }
  return undefined;
}
