// What is wrong with the statements of a text, as somebody writes them. The server says it: the editor's
// language service knows another Kusto, with other kinds of charts and other functions.

import { useQuery } from "@tanstack/react-query";
import { problemsAsWritten } from "../api/query";
import { useSettled } from "../app/useSettled";
import { maskLiterals } from "../kql/scan";
import { placeIn, type Statement, statements } from "../kql/statement";
import type { Problem } from "../api/http";

/** A mistake to underline, in lines from 1 and columns from 0 of the whole text. */
export interface Mark {
  line: number;
  column: number;
  length: number;
  message: string;
}

/** As many statements as the server checks at once. */
const most = 100;
const none: Mark[] = [];

/** The mistakes of a text, by a name that is its own; those of the text before it until there are others. */
export function useMistakes(workspace: string, name: string, text: string): Mark[] {
  const [settledName, settled] = JSON.parse(useSettled(JSON.stringify([name, text]), 300)) as [string, string];
  const { data } = useQuery({
    queryKey: ["mistakes", workspace, settledName, settled],
    queryFn: async ({ signal }) => {
      const all = statements(settled)
        .filter((s) => maskLiterals(s.text).trim() !== "")
        .slice(0, most);
      if (all.length === 0) return none;
      const problems = await problemsAsWritten(workspace, all.map((s) => s.text), signal);
      return all.flatMap((s, i) => marksOf(settled, s, problems[i]!));
    },
    placeholderData: (before, query) => (query?.queryKey[2] === settledName ? before : undefined),
    gcTime: 0,
  });
  return (settledName === name && data) || none;
}

/** Each mistake once: the outer errors only wrap those with a place, and the first stands twice. */
export function marksOf(text: string, { start, line }: Pick<Statement, "start" | "line">, problems: Problem[]): Mark[] {
  const begins = { line, column: start - (text.lastIndexOf("\n", start - 1) + 1) };
  const marks = problems.flatMap(({ message, place }) => {
    if (!place) return [];
    const at = placeIn(begins, place);
    return [{ line: at.line, column: at.column, length: place.token?.length ?? 1, message }];
  });
  return marks.filter((m, i) => marks.findIndex((o) => o.line === m.line && o.column === m.column && o.message === m.message) === i);
}
