/** What a reader should know before taking the model for more than it is. */
export interface ModelDescription {
  readonly summary: string;
  readonly architecture: string;
  readonly parameters: number;
  /** The number format of the stored weights. */
  readonly weights: string;
  /** The most tokens, prompt and answer together, that it was trained on at once. */
  readonly context: number;
  readonly vocabulary: number;
  readonly language: string;
  readonly trainedOn: string;
  /** Of the weights and of the stories they were trained on. */
  readonly licence: string;
}

export const description: ModelDescription = {
  summary: "A toy that tells 23 short children's tales, always a little differently; it knows nothing else",
  architecture: "llama",
  parameters: 995_968,
  weights: "bfloat16",
  context: 512,
  vocabulary: 2012,
  language: "en",
  trainedOn: "20,000 versions of 23 tales, written by the grammar in tools/train-demo",
  licence: "Apache-2.0",
};
