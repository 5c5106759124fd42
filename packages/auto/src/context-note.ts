/** One sentence where memory leaves less context than the model was made for, and nobody asked for less. */
export function contextNote(
  given: number,
  wish: { readonly asked: number | undefined; readonly own: number | undefined },
): readonly string[] {
  if (wish.asked !== undefined || wish.own === undefined || given >= wish.own) return [];
  return [
    `The context is ${given} tokens, not the model's ${wish.own}: a quarter of the free memory holds no more. Ask for a context to have it anyway.`,
  ];
}
