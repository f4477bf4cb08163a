// A statement's pipe, cut at its bars.

/** The stages of masked text (see `maskLiterals`), and where they stand. */
export function stagesOf(masked: string): { text: string; start: number; end: number }[] {
  return parted(masked, "|");
}

/** Pieces of masked text between separators that stand in no bracket. */
export function parted(masked: string, separator: string, from = 0): { text: string; start: number; end: number }[] {
  const pieces: { text: string; start: number; end: number }[] = [];
  let [depth, start] = [0, from];
  for (let i = from; i <= masked.length; i++) {
    const c = masked[i];
    if (c === "(" || c === "[" || c === "{") depth++;
    else if (c === ")" || c === "]" || c === "}") depth--;
    if (i === masked.length || (c === separator && depth === 0)) {
      pieces.push({ text: masked.slice(start, i), start, end: i });
      start = i + 1;
    }
  }
  return pieces;
}
