import type { ReasoningChannel } from "./channel-description.ts";
import type { Row } from "./table-row.ts";

/** The first row that applies is taken. */
export const REASONING: readonly Row<ReasoningChannel>[] = [
  {
    name: "gemma-channel",
    signs: ["<|channel>", "<|channel>thought"],
    value: { open: "<|channel>thought", close: "<channel|>", forced: "\n<channel|>", where: "anywhere" },
    ignored: ["<|channel>final", "<channel|>"],
  },
  {
    name: "harmony",
    signs: ["<|channel|>analysis<|message|>", "<|constrain|>"],
    value: {
      open: "<|channel|>analysis<|message|>",
      close: "<|end|>",
      forced: "<|end|><|start|>assistant<|channel|>final<|message|>",
      where: "anywhere",
    },
    ignored: [
      "<|start|>assistant",
      "<|channel|>final<|message|>",
      "<|channel|>final <|constrain|>json<|message|>",
      "<|channel|>commentary<|message|>",
      "<|end|>",
      "<|return|>",
    ],
  },
  {
    name: "solar-think",
    signs: ["<|begin|>assistant<|think|>"],
    value: {
      open: "<|think|>",
      close: "<|end|>",
      forced: "<|end|><|begin|>assistant<|content|>",
      where: "anywhere",
    },
    ignored: ["<|begin|>assistant", "<|content|>", "<|end|>"],
  },
  {
    name: "mistral-think",
    signs: ["[THINK]"],
    value: { open: "[THINK]", close: "[/THINK]", forced: "[/THINK]", where: "anywhere" },
    ignored: ["[/THINK]"],
  },
  {
    name: "cohere-think",
    signs: ["<|START_THINKING|>"],
    value: {
      open: "<|START_THINKING|>",
      close: "<|END_THINKING|>",
      forced: "<|END_THINKING|>",
      where: "anywhere",
    },
    ignored: ["<|START_RESPONSE|>", "<|END_RESPONSE|>", "<|START_TEXT|>", "<|END_TEXT|>", "<|END_THINKING|>"],
  },
  {
    name: "apertus-inner",
    signs: ["<|inner_prefix|>"],
    value: {
      open: "<|inner_prefix|>",
      close: "<|inner_suffix|>",
      forced: "<|inner_suffix|>",
      where: "anywhere",
    },
    ignored: ["<|inner_suffix|>"],
  },
  {
    name: "apriel-steps",
    signs: ["[BEGIN FINAL RESPONSE]"],
    value: {
      open: "Here are my reasoning steps:",
      close: "[BEGIN FINAL RESPONSE]",
      forced: "\n[BEGIN FINAL RESPONSE]\n",
      where: "line",
      always: true,
    },
    ignored: ["[END FINAL RESPONSE]"],
  },
  {
    name: "seed-think",
    signs: ["<seed:think>"],
    value: { open: "<seed:think>", close: "</seed:think>", forced: "\n</seed:think>\n", where: "line" },
  },
  {
    name: "minimax-think",
    signs: ["<mm:think>"],
    value: { open: "<mm:think>", close: "</mm:think>", forced: "</mm:think>", where: "line" },
  },
  {
    name: "hunyuan-think",
    signs: ["<think:opensource>", "'<think{}>'"],
    value: {
      open: "<think:opensource>",
      close: "</think:opensource>",
      forced: "</think:opensource>",
      where: "line",
    },
  },
  {
    name: "think",
    signs: ["<think>", "</think>"],
    value: { open: "<think>", close: "</think>", forced: "\n</think>\n\n", where: "line" },
  },
];
