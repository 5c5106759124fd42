import { activationCases } from "./cases/activations.ts";
import { arithmeticCases } from "./cases/arithmetic.ts";
import { attentionCases } from "./cases/attention.ts";
import { concatCases } from "./cases/concat.ts";
import { deltaRuleCases } from "./cases/delta-rule.ts";
import { expertBf16Cases, expertMatmulCases } from "./cases/expert-matmul.ts";
import { gatherCases } from "./cases/gather.ts";
import { matmulBf16Cases, matmulCases } from "./cases/matmul.ts";
import { overlayCases } from "./cases/overlay.ts";
import { quantizedBf16Cases, quantizedCases } from "./cases/quantized.ts";
import { reduceCases } from "./cases/reduce.ts";
import { reshapeCases } from "./cases/reshape.ts";
import { rmsNormCases } from "./cases/rms-norm.ts";
import { ropeCases } from "./cases/rope.ts";
import { shortConvCases } from "./cases/short-conv.ts";
import { siluMulCases } from "./cases/silu-mul.ts";
import { sliceCases } from "./cases/slice.ts";
import { softcapCases } from "./cases/softcap.ts";
import { softmaxCases } from "./cases/softmax.ts";
import { topKCases } from "./cases/top-k.ts";
import { unaryCases } from "./cases/unary.ts";
import { wantedCases } from "./cases/wanted.ts";
import type { OpCase } from "./op-case.ts";

/** Every op of core, over the shapes and types it is used with. */
export const opCases: readonly OpCase[] = [
  ...arithmeticCases,
  ...unaryCases,
  ...activationCases,
  ...siluMulCases,
  ...softmaxCases,
  ...reduceCases,
  ...rmsNormCases,
  ...matmulCases,
  ...gatherCases,
  ...sliceCases,
  ...concatCases,
  ...reshapeCases,
  ...ropeCases,
  ...wantedCases,
  ...overlayCases,
  ...attentionCases,
  ...topKCases,
  ...softcapCases,
  ...shortConvCases,
  ...expertMatmulCases,
  ...quantizedCases,
  ...deltaRuleCases,
];

/** Every product of weights with activations rounded to bf16. */
export const bf16Cases: readonly OpCase[] = [...matmulBf16Cases, ...expertBf16Cases, ...quantizedBf16Cases];
