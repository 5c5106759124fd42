import type { Model, ModelDescription } from "@engine/engine";

export interface FakeModels {
  readonly loads: string[];
  readonly disposed: string[];
  /** Loads under way at once, at most. */
  most: number;
  readonly load: (path: string) => Promise<Model>;
  readonly describe: (path: string) => Promise<ModelDescription>;
}

/** Models that are nothing but their size, for tests of what is loaded when. A path is "name:bytes". */
export function fakeModels(options: { readonly fails?: string } = {}): FakeModels {
  let loading = 0;
  const fakes: FakeModels = {
    loads: [],
    disposed: [],
    most: 0,
    async load(path) {
      fakes.most = Math.max(fakes.most, ++loading);
      await new Promise((done) => setTimeout(done, 5));
      loading--;
      fakes.loads.push(path);
      if (path === options.fails) throw new Error("Broken.");
      const memory = { model: bytesOf(path) };
      const dispose = async () => void fakes.disposed.push(path);
      return { name: path, memory, dispose } as unknown as Model;
    },
    async describe(path) {
      return { memory: { model: bytesOf(path) } } as unknown as ModelDescription;
    },
  };
  return fakes;
}

function bytesOf(path: string): number {
  return Number(path.split(":")[1]);
}
