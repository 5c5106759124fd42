import type { JsonObject } from "../read-json.ts";
import { isObject } from "../read-json.ts";
import type { TypeChoice } from "./choose-target.ts";
import type { PlannedTensor } from "./plan-output.ts";

const DTYPES: Readonly<Record<string, string>> = { fp16: "float16", bf16: "bfloat16", fp32: "float32" };

/**
 * The model's config with the quantization as compressed-tensors describes it, so that transformers and vLLM find it;
 * for types of floats, with that type instead.
 */
export function configFor(
  config: JsonObject,
  tensors: readonly PlannedTensor[],
  { type }: TypeChoice,
): JsonObject {
  const { quantization_config: _, ...rest } = config;
  const own = DTYPES[type] === undefined ? rest : withDtype(rest, DTYPES[type]);
  const groups = configGroups(tensors);
  if (groups.length === 0) return own;
  return {
    ...own,
    quantization_config: {
      quant_method: "compressed-tensors",
      format: "pack-quantized",
      quantization_status: "compressed",
      config_groups: Object.fromEntries(groups.map((group, i) => [`group_${i}`, group])),
      ignore: unquantized(tensors),
    },
  };
}

function withDtype(config: JsonObject, dtype: string): JsonObject {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      if ((key === "torch_dtype" || key === "dtype") && typeof value === "string") return [key, dtype];
      return [key, isObject(value) ? withDtype(value, dtype) : value];
    }),
  );
}

/** One for each kind of integers. The largest is for all linear layers, the others name theirs. */
function configGroups(tensors: readonly PlannedTensor[]): object[] {
  const kinds = new Map<string, { bits: number; group: number; modules: string[] }>();
  for (const { name, target } of tensors) {
    if (target.as !== "integers") continue;
    const { bits, group } = target;
    const key = `${bits}/${group}/${isTable(name)}`;
    const kind = kinds.get(key) ?? { bits, group, modules: [] };
    kinds.set(key, kind);
    kind.modules.push(moduleOf(name));
  }
  const sorted = [...kinds.values()].sort((a, b) => b.modules.length - a.modules.length);
  return sorted.map(({ bits, group, modules }, i) => ({
    targets: i === 0 && !modules.some(isTable) ? ["Linear"] : modules,
    weights: {
      num_bits: bits,
      type: "int",
      symmetric: true,
      strategy: "group",
      group_size: group,
      dynamic: false,
    },
    input_activations: null,
    output_activations: null,
    format: "pack-quantized",
  }));
}

function isTable(name: string): boolean {
  return /embed|wte/.test(name);
}

/** Modules with matrices that stay as they are. A head that is the embeddings has no tensor, but is a module. */
function unquantized(tensors: readonly PlannedTensor[]): string[] {
  const kept = tensors.filter(({ specs, target }) => target.as !== "integers" && specs[0]!.shape.length > 1);
  const names = kept.filter(({ name }) => name.endsWith(".weight")).map(({ name }) => moduleOf(name));
  const hasHead = tensors.some(({ name }) => name === "lm_head.weight");
  return hasHead ? names : [...names, "lm_head"];
}

function moduleOf(name: string): string {
  return name.replace(/\.weight$/, "");
}
