// Rows under the values of columns, groups in groups, or under rows: open or shut, as lines of a grid.

import type { Column, Row } from "../../api/table";
import { label } from "../../charts/columns";

export class Group {
  constructor(
    /** Unique: the values of the groups that it is in, and its own. */
    readonly key: string,
    readonly column: string,
    readonly value: string,
    readonly depth: number,
    readonly count: number,
    readonly open: boolean,
  ) {}
}

export type Line = Row | Group;

/** The lines in sight: a group before its rows, which are there when it is open. Largest groups come first. */
export function linesOf(rows: Row[], columns: Column[], by: number[], isOpen: (key: string, depth: number) => boolean): Line[] {
  const lines: Line[] = [];
  const add = (members: Row[], depth: number, prefix: string) => {
    const i = by[depth];
    if (i === undefined) {
      for (const row of members) lines.push(row);
      return;
    }
    const groups = new Map<string, Row[]>();
    for (const row of members) {
      const value = label(row[i] ?? null, columns[i]!.type);
      const group = groups.get(value);
      if (group) group.push(row);
      else groups.set(value, [row]);
    }
    for (const [value, inside] of [...groups].sort((a, b) => b[1].length - a[1].length)) {
      const key = `${prefix}/${value}`;
      const open = isOpen(key, depth);
      lines.push(new Group(key, columns[i]!.name, value, depth, inside.length, open));
      if (open) add(inside, depth + 1, key);
    }
  };
  add(rows, 0, "");
  return lines;
}

/** Rows under the rows that are their parents. */
export interface Tree {
  /** The column before whose cells stands what opens and shuts. */
  column: number;
  /** The rows under each; those of the top under undefined. */
  under: ReadonlyMap<Row | undefined, readonly Row[]>;
  /** The same for a row when the table is asked for again. */
  keyOf: (row: Row) => string;
}

/** Where a row stands in a tree. */
export interface Branch {
  key: string;
  depth: number;
  /** Undefined: there is nothing under it. */
  open: boolean | undefined;
}

/** The rows in sight, each before those under it. */
export function branchesOf({ under, keyOf }: Tree, isOpen: (key: string, depth: number) => boolean): Map<Row, Branch> {
  const branches = new Map<Row, Branch>();
  const add = (rows: readonly Row[], depth: number) => {
    for (const row of rows) {
      const key = keyOf(row);
      const open = under.has(row) ? isOpen(key, depth) : undefined;
      branches.set(row, { key, depth, open });
      if (open) add(under.get(row)!, depth + 1);
    }
  };
  add(under.get(undefined) ?? [], 0);
  return branches;
}
