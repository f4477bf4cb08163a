// Which call of a function a place in a query is in.

import { maskLiterals } from "./scan";
import { statementAt } from "./statement";

export interface Call {
  name: string;
  /** The argument's number, from 0. */
  argument: number;
}

/** The innermost call that is open at the end of a text; what stands before a parenthesis may be no function. */
export function callAtEnd(text: string): Call | undefined {
  const open: (Call | undefined)[] = [];
  for (const [token] of maskLiterals(text).matchAll(/[A-Za-z_]\w*\s*\(|[([{)\]},;]/g)) {
    if (token.endsWith("(")) open.push(token === "(" ? undefined : { name: token.slice(0, -1).trim(), argument: 0 });
    else if (token === "[" || token === "{") open.push(undefined);
    else if (token === ";") open.length = 0;
    else if (token === ",") {
      const call = open.at(-1);
      if (call) call.argument++;
    } else open.pop();
  }
  return open.at(-1);
}

/** The innermost call that an offset in a text of several statements is in. */
export function callAt(text: string, offset: number): Call | undefined {
  const statement = statementAt(text, offset);
  return statement && callAtEnd(text.slice(statement.start, offset));
}
