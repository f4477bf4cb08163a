// A scan of KQL text that knows strings and comments, and nothing else.

// In order: comment, ``` or ~~~ block, @-string, plain string (h and H before any of them hide it from traces).
const opaque = /\/\/[^\n]*|```[\s\S]*?(?:```|$)|~~~[\s\S]*?(?:~~~|$)|@"(?:[^"\n]|"")*"?|@'(?:[^'\n]|'')*'?|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?/g;

/**
 * Replaces strings and comments by as many other characters, so that what is left can be searched
 * and offsets stay. Comments become spaces, strings become quotation marks; line breaks in
 * multi-line strings go too, so that they part nothing.
 */
export function maskLiterals(text: string): string {
  return text.replace(opaque, (m) => (m.startsWith("//") ? " " : '"').repeat(m.length));
}
