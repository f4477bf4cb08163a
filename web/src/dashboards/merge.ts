// Merges: queries whose rows come from other queries of the same workbook, joined or put below each
// other, with columns under other names and columns made of others.

import type { Cell, Column, ColumnType, Row, Table } from "../api/table";
import { plainText } from "../values/format";
import { criteriaOf, held, lackingCriteria } from "./criteria";
import { type Criterion, type Item, source } from "./workbook";

interface Step {
  mergeType: string;
  leftTable: string;
  rightTable?: string;
  leftColumn?: string;
  rightColumn?: string;
}

interface Renamed {
  originalName?: string;
  /** Without it the column is left out. */
  mergedName?: string;
  isNewItem?: boolean;
  newItemData?: { criteriaContext?: Criterion }[];
}

export interface Merge {
  merges: Step[];
  projectRename?: Renamed[];
}

/** Reads what a merge has in the place of a query; undefined when it is none. */
export function readMerge(text: string | undefined): Merge | undefined {
  try {
    const value = JSON.parse(text ?? "") as Partial<Merge> | null;
    return Array.isArray(value?.merges) && value.merges.length > 0 ? (value as Merge) : undefined;
  } catch {
    return undefined;
  }
}

const isWhole = ({ mergeType }: Step) => mergeType === "table";

/** The names of the queries that are merged, each once. */
export const sourcesOf = ({ merges }: Merge): string[] => [...new Set(merges.flatMap((s) => (isWhole(s) ? [s.leftTable] : [s.leftTable, s.rightTable ?? ""])))];

/** The queries of logs that a query's rows come from: it alone, or those that it merges. Undefined where other services are asked. */
export function leavesOf(item: Item, queries: ReadonlyMap<string, Item>, above: readonly Item[] = []): Item[] | undefined {
  const { queryType: from = source.logs, query } = item.content;
  if (from === source.logs) return [item];
  const merge = from === source.merge && !above.includes(item) ? readMerge(query) : undefined;
  if (!merge) return undefined;
  const leaves = sourcesOf(merge).map((name) => {
    const one = queries.get(name);
    return one && leavesOf(one, queries, [...above, item]);
  });
  return leaves.includes(undefined) ? undefined : [...new Set(leaves.flatMap((l) => l!))];
}

/** What a merge asks for and cannot be done, by name. */
export function* lackingMerge({ merges, projectRename = [] }: Merge): Generator<string> {
  for (const { mergeType } of merges) if (!(mergeType in kinds) && !["union", "table"].includes(mergeType)) yield `merge ${mergeType}`;
  const seen = new Set(merges[0] && [merges[0].leftTable, merges[0].rightTable]);
  for (const step of merges.slice(1)) {
    if (!seen.has(step.leftTable) && !seen.has(step.rightTable)) yield "merges that do not follow from each other";
    seen.add(step.leftTable).add(step.rightTable);
  }
  yield* lackingCriteria(projectRename.flatMap((r) => criteriaOf(r.newItemData)), "columns of a merge");
}

/** What is kept of the left rows and of the right rows without a partner, and whose columns there are. */
interface Kind {
  pairs: boolean;
  alone?: "left" | "right" | "both";
  columns: "left" | "right" | "both";
  /** Of left rows with the same key, the first only. */
  unique?: boolean;
}

const kinds: Record<string, Kind> = {
  inner: { pairs: true, columns: "both" },
  innerunique: { pairs: true, columns: "both", unique: true },
  outer: { pairs: true, alone: "both", columns: "both" },
  fullouter: { pairs: true, alone: "both", columns: "both" },
  leftouter: { pairs: true, alone: "left", columns: "both" },
  rightouter: { pairs: true, alone: "right", columns: "both" },
  leftanti: { pairs: false, alone: "left", columns: "left" },
  rightanti: { pairs: false, alone: "right", columns: "right" },
  leftsemi: { pairs: true, columns: "left" },
  rightsemi: { pairs: true, columns: "right" },
};

/** A column that knows which query it comes from. */
interface Source extends Column {
  from: string;
}

interface Rows {
  columns: Source[];
  rows: Row[];
}

/** The rows of a merge, of the tables of its sources by their names; undefined where it cannot be done. */
export function mergedTable(merge: Merge, tables: ReadonlyMap<string, Table>): Table | undefined {
  let all: Rows | undefined;
  const had = new Set<string>();
  for (const step of merge.merges) {
    const of = (name: string): Rows | undefined => {
      const table = tables.get(name);
      return table && { columns: table.columns.map((c) => ({ ...c, from: name })), rows: table.rows };
    };
    const right = step.rightTable ?? "";
    const [a, b]: [Rows | undefined, Rows | undefined] = all && had.has(step.leftTable) ? [all, of(right)] : all && had.has(right) ? [of(step.leftTable), all] : all ? [undefined, undefined] : [of(step.leftTable), of(right)];
    if (!a) return undefined;
    if (isWhole(step)) all = a;
    else if (!b) return undefined;
    else if (step.mergeType === "union") all = union(a, b);
    else if (kinds[step.mergeType]) all = join(kinds[step.mergeType]!, a, b, step);
    else return undefined;
    had.add(step.leftTable).add(right);
  }
  return all && projected(all, merge.projectRename ?? [], sourcesOf(merge));
}

function join(kind: Kind, left: Rows, right: Rows, { leftTable, leftColumn = "", rightTable = "", rightColumn = "" }: Step): Rows {
  const l = place(left.columns, leftTable, leftColumn);
  const r = place(right.columns, rightTable, rightColumn);
  const partners = new Map<string, Row[]>();
  for (const row of right.rows) {
    const key = keyOf(row[r]);
    if (key === undefined) continue;
    const list = partners.get(key);
    if (list) list.push(row);
    else partners.set(key, [row]);
  }
  const none = { left: left.columns.map(() => null), right: right.columns.map(() => null) };
  const columns = kind.columns === "left" ? left.columns : kind.columns === "right" ? right.columns : [...left.columns, ...right.columns];
  const rows: Row[] = [];
  const put = (a: Row, b: Row) => rows.push(kind.columns === "left" ? a : kind.columns === "right" ? b : [...a, ...b]);
  const met = new Set<string>();
  const given = new Set<Row>();
  for (const row of left.rows) {
    const key = keyOf(row[l]);
    const found = key === undefined ? undefined : partners.get(key);
    if (!found) {
      if (kind.alone === "left" || kind.alone === "both") put(row, none.right);
      continue;
    }
    const again = met.has(key!);
    met.add(key!);
    if (!kind.pairs || (kind.unique && again)) continue;
    // A semi-join gives each row once, however many partners it has.
    for (const partner of kind.columns === "left" ? found.slice(0, 1) : found) {
      if (kind.columns === "right" && given.has(partner)) continue;
      given.add(partner);
      put(row, partner);
    }
  }
  if (kind.alone === "right" || kind.alone === "both") {
    for (const row of right.rows) {
      const key = keyOf(row[r]);
      if (key === undefined || !met.has(key)) put(none.left, row);
    }
  }
  return { columns, rows };
}

const keyOf = (cell: Cell | undefined) => (cell === null || cell === undefined ? undefined : plainText(cell));

function place(columns: Source[], from: string, name: string): number {
  const own = columns.findIndex((c) => c.name === name && c.from === from);
  return own >= 0 ? own : columns.findIndex((c) => c.name === name);
}

/** The rows of both, with columns of one name as one. */
function union(a: Rows, b: Rows): Rows {
  const columns = [...a.columns];
  const to = b.columns.map((c) => {
    const i = columns.findIndex((own) => own.name === c.name);
    if (i < 0) return columns.push(c) - 1;
    if (columns[i]!.type !== c.type) columns[i] = { ...columns[i]!, type: common(columns[i]!.type, c.type) };
    return i;
  });
  const whole = (row: Row, places?: number[]) => {
    const all: Row = columns.map(() => null);
    row.forEach((cell, i) => (all[places ? places[i]! : i] = cell));
    return all;
  };
  return { columns, rows: [...a.rows.map((r) => whole(r)), ...b.rows.map((r) => whole(r, to))] };
}

const numbers: ColumnType[] = ["int", "long", "real"];
const common = (a: ColumnType, b: ColumnType): ColumnType => (numbers.includes(a) && numbers.includes(b) ? numbers[Math.max(numbers.indexOf(a), numbers.indexOf(b))]! : "string");

/** Columns in the order and under the names that the merge has for them, then those that it does not name. */
function projected({ columns, rows }: Rows, names: Renamed[], sources: string[]): Table {
  const used = new Set<number>();
  const out: { name: string; type: ColumnType; of: (row: Row) => Cell }[] = [];
  const add = (name: string, type: ColumnType, of: (row: Row) => Cell) => {
    let free = name;
    for (let i = 1; out.some((c) => c.name === free); i++) free = name + i;
    out.push({ name: free, type, of });
  };
  const find = (original: string): number => {
    const from = sources.find((s) => original.startsWith(`[${s}].`));
    const name = from === undefined ? original : original.slice(from.length + 3);
    const fit = (c: Source, i: number) => c.name === name && !used.has(i);
    const own = columns.findIndex((c, i) => fit(c, i) && c.from === from);
    return own >= 0 ? own : columns.findIndex(fit);
  };
  for (const r of names) {
    if (r.isNewItem) {
      if (r.mergedName) add(r.mergedName, "string", () => null);
      continue;
    }
    const i = find(r.originalName ?? "");
    if (i < 0) continue; // of a column that the query no longer has
    used.add(i);
    if (r.mergedName) add(r.mergedName, columns[i]!.type, (row) => row[i] ?? null);
  }
  columns.forEach((c, i) => {
    if (!used.has(i)) add(c.name, c.type, (row) => row[i] ?? null);
  });
  for (const r of names) {
    const made = r.isNewItem ? out.find((c) => c.name === r.mergedName) : undefined;
    if (made) Object.assign(made, computed(criteriaOf(r.newItemData), [...out.filter((c) => c !== made), ...columns.map((c, i) => ({ ...c, of: (row: Row) => row[i] ?? null }))]));
  }
  return { name: "PrimaryResult", columns: out.map(({ name, type }) => ({ name, type })), rows: rows.map((row) => out.map((c) => c.of(row))) };
}

/** A column whose cells are what the first condition that holds says. */
function computed(criteria: Criterion[], columns: { name: string; type: ColumnType; of: (row: Row) => Cell }[]): { type: ColumnType; of: (row: Row) => Cell } {
  const column = (name: string | undefined) => columns.find((c) => c.name === name);
  const types = new Set(criteria.map((c) => (c.resultValType === "column" ? column(c.resultVal)?.type : undefined) ?? "string"));
  const type = types.size === 1 ? [...types][0]! : "string";
  return {
    type,
    of: (row) => {
      const c = held(criteria, (name) => {
        const own = column(name);
        return own && { type: own.type, cell: own.of(row) };
      });
      if (!c || c.resultValType === "expression") return null;
      if (c.resultValType !== "column") return c.resultVal ?? "";
      const cell = column(c.resultVal)?.of(row) ?? null;
      return type === "string" ? plainText(cell) : cell;
    },
  };
}
