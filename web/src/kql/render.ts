// The `render` at the end of a statement.

import { maskLiterals } from "./scan";

/** Makes a statement end in `render <visualization>`; properties that were there stay. */
export function setRender(statement: string, visualization: string): string {
  const masked = maskLiterals(statement);
  const found = /\|\s*render\s+(\w+)[^|;]*;?\s*$/i.exec(masked);
  if (!found) {
    const end = /\s*;?\s*$/.exec(masked)!.index;
    return `${statement.slice(0, end)}\n| render ${visualization}`;
  }
  const at = found.index + found[0].search(/\w+/);
  const word = found.index + found[0].indexOf(found[1]!, at - found.index + "render".length);
  return statement.slice(0, word) + visualization + statement.slice(word + found[1]!.length);
}
