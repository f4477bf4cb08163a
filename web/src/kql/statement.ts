// A text holds several statements, parted by blank lines; the one at the cursor is what runs.

import { maskLiterals } from "./scan";

export interface Statement {
  text: string;
  /** Offset of its first character in the whole text. */
  start: number;
  end: number;
  /** Number of its first line, from 1. */
  line: number;
}

/**
 * The statements of a text. A blank line parts two of them unless the first ends in `;` (a let
 * that the next one uses) or the second begins with `|` (a pipe goes on). A block of
 * comments belongs to what follows it.
 */
export function statements(text: string): Statement[] {
  const masked = maskLiterals(text);
  const blocks: { start: number; end: number }[] = [];
  // What separates blocks is looked for in the text itself: a comment line is not blank.
  const blank = /\n[^\S\n]*(?=\n)/g;
  let start = 0;
  const cut = (end: number) => {
    if (text.slice(start, end).trim() !== "") blocks.push(trimmed(text, start, end));
    start = end;
  };
  for (const m of text.matchAll(blank)) {
    // Inside a multi-line string the mask has no line break here.
    if (masked[m.index] === "\n") cut(m.index);
  }
  cut(text.length);

  const joined: { start: number; end: number }[] = [];
  for (const block of blocks) {
    const before = joined.at(-1);
    const code = masked.slice(block.start, block.end).trim();
    const codeBefore = before ? masked.slice(before.start, before.end).trim() : "";
    const goesOn = before && (codeBefore === "" || codeBefore.endsWith(";") || code.startsWith("|"));
    if (goesOn) before.end = block.end;
    else joined.push(block);
  }
  return joined.map(({ start, end }) => ({
    text: text.slice(start, end),
    start,
    end,
    line: 1 + (text.slice(0, start).match(/\n/g)?.length ?? 0),
  }));
}

/** From a place in a statement that begins at a line from 1 and a column from 0 to one in the whole text. */
export function placeIn<T extends { line: number; column: number }>(begins: { line: number; column: number }, place: T): T {
  return { ...place, line: place.line + begins.line - 1, column: place.column + (place.line === 1 ? begins.column : 0) };
}

function trimmed(text: string, start: number, end: number) {
  while (start < end && /\s/.test(text[start]!)) start++;
  while (end > start && /\s/.test(text[end - 1]!)) end--;
  return { start, end };
}

/** The statement that the offset is in or touches, else the last one before it, else the first. */
export function statementAt(text: string, offset: number): Statement | undefined {
  const all = statements(text);
  return all.findLast((s) => s.start <= offset) ?? all[0];
}
