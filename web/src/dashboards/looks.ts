// How a workbook wants cells to look: its column formatters, units and thresholds.

import type { Cell, Column, Row, Table } from "../api/table";
import { hues } from "../charts/option/palette";
import { compareCells, formatBytes, formatCell, formatElapsed, plainText, toNumber, type Zone } from "../values/format";
import type { Tree } from "../logs/results/groups";
import { type Spark, sparkOf } from "./spark";
import type { Content, Formatter, GridSettings } from "./workbook";

/** What stands in a cell, and how it is set off. */
export interface CellLook {
  text: string;
  /** Of the background; a bar's ends at its share. */
  colour?: string;
  /** From 0 to 1: how far a bar goes; without it the whole cell has the colour. */
  share?: number;
  /** One bar of several, one after the other, each as long as its share. */
  parts?: { colour: string; share: number }[];
  /** Where the text leads. */
  href?: string;
  /** What is drawn in its place. */
  spark?: Spark;
}

export type ColumnLook = (cell: Cell, row: Cell[]) => CellLook;

/** Workbooks' numbers for ways to show a column. */
export const formatter = { automatic: 0, text: 1, right: 2, bar: 3, barBelow: 4, hidden: 5, date: 6, link: 7, heatmap: 8, sparkLine: 9, sparkBar: 10, icon: 11, big: 12, resource: 13, resourceGroup: 14, subscription: 15, resourceType: 16, location: 17, thresholds: 18, sparkArea: 21, compositeBar: 22 } as const;

/** Whether a formatter is for a column: its match is a name, or a pattern of whole names. */
export function matches({ columnMatch }: { columnMatch: string }, name: string): boolean {
  if (columnMatch === name) return true;
  try {
    return new RegExp(`^(?:${columnMatch})$`).test(name);
  } catch {
    return false;
  }
}

export const formatterOf = (formatters: Formatter[] | undefined, name: string) => formatters?.find((f) => f.columnMatch === name) ?? formatters?.find((f) => matches(f, name));

/** The look of a column; undefined: as the grid shows it by itself. */
export function lookOf(f: Formatter | undefined, table: Table, i: number, zone: Zone): ColumnLook | undefined {
  if (!f) return undefined;
  const column = table.columns[i]!;
  const plain = (cell: Cell) => withUnit(cell, column, f) ?? formatCell(cell, column.type, zone);
  const scale = () => scaleOf(f, table, i);
  const withSpark =
    (kind: Spark["kind"]): ColumnLook =>
    (cell) => {
      const spark = sparkOf(cell, kind, f.formatOptions);
      return { text: plain(cell), ...(spark ? { spark } : {}) };
    };
  switch (f.formatter) {
    case formatter.bar:
    case formatter.barBelow: {
      const share = scale();
      const colour = paint(f.formatOptions?.palette, 1, 38);
      return (cell) => ({ text: plain(cell), ...(share(cell) === undefined ? {} : { colour, share: share(cell)! }) });
    }
    case formatter.compositeBar:
      return compositeBar(f, table);
    case formatter.heatmap: {
      const share = scale();
      return (cell) => ({ text: plain(cell), ...(share(cell) === undefined ? {} : { colour: paint(f.formatOptions?.palette, share(cell)!, 48) }) });
    }
    case formatter.sparkLine:
      return withSpark("line");
    case formatter.sparkBar:
      return withSpark("bar");
    case formatter.sparkArea:
      return withSpark("area");
    case formatter.link:
      return (cell, row) => {
        const at = table.columns.findIndex((c) => c.name === f.formatOptions?.linkColumn);
        const href = plainText(at < 0 ? cell : (row[at] ?? null));
        return { text: f.formatOptions?.linkLabel || plain(cell), ...(f.formatOptions?.linkTarget === "Url" && /^https?:/i.test(href) ? { href } : {}) };
      };
    case formatter.resource:
    case formatter.resourceType:
      return (cell) => ({ text: plainText(cell).split("/").at(-1)! });
    case formatter.resourceGroup:
      return (cell) => ({ text: /\/resourceGroups\/([^/]+)/i.exec(plainText(cell))?.[1] ?? plainText(cell) });
    case formatter.thresholds:
      return (cell, row) => threshold(cell, row, table, column, f, plain(cell));
    default:
      return f.numberFormat ? (cell) => ({ text: plain(cell) }) : undefined;
  }
}

/** Where a number stands between the least and the most of its column, or of what the workbook says. */
function scaleOf(f: Formatter, table: Table, i: number): (cell: Cell) => number | undefined {
  const type = table.columns[i]!.type;
  let [min, max] = [Infinity, -Infinity];
  for (const row of table.rows) {
    const v = toNumber(row[i] ?? null, type);
    if (v !== null) [min, max] = [Math.min(min, v), Math.max(max, v)];
  }
  min = f.formatOptions?.min ?? min;
  max = f.formatOptions?.max ?? max;
  return (cell) => {
    const v = toNumber(cell, type);
    return v === null || max <= min ? undefined : Math.min(1, Math.max(0, (v - min) / (max - min)));
  };
}

/** A bar of the numbers of several columns, and what it says of them. */
function compositeBar({ formatOptions }: Formatter, table: Table): ColumnLook {
  const { labelText, columnSettings = [], noRowsScaling } = formatOptions?.compositeBarSettings ?? {};
  const columns = columnSettings.flatMap(({ columnName, color }) => {
    const i = table.columns.findIndex((c) => c.name === columnName);
    return i < 0 ? [] : [{ i, name: columnName!, type: table.columns[i]!.type, colour: paint(color, 1, 45) }];
  });
  const numbers = (row: Row) => columns.map(({ i, type }) => Math.max(0, toNumber(row[i] ?? null, type) ?? 0));
  const sum = (row: Row) => numbers(row).reduce((a, b) => a + b, 0);
  const longest = table.rows.reduce((most, row) => Math.max(most, sum(row)), 0);
  return (_, row) => {
    const whole = noRowsScaling ? sum(row) : longest;
    // Without a text of its own it says what the colours stand for.
    const text = labelText ? withCells(labelText, row, table) : columns.map(({ i, name }) => `${name} ${plainText(row[i] ?? null)}`).join(", ");
    return { text, ...(whole > 0 ? { parts: numbers(row).map((n, k) => ({ colour: columns[k]!.colour, share: n / whole })) } : {}) };
  };
}

/** A text with the cells of a row in the place of ["column"]. */
const withCells = (text: string, row: Row, table: Table) =>
  text.replace(/\["([^"]+)"\]/g, (whole, name: string) => {
    const i = table.columns.findIndex((c) => c.name === name);
    return i < 0 ? whole : plainText(row[i] ?? null);
  });

/** The background of a cell, or of a part of a tile: a colour or bars, as CSS has it; none: undefined. */
export function backgroundOf({ colour, share, parts }: CellLook): string | undefined {
  const bars = parts ?? (colour && share !== undefined ? [{ colour, share }] : undefined);
  if (!bars) return colour;
  let at = 0;
  const stops = bars.map((bar) => `${bar.colour} ${at * 100}% ${(at += bar.share) * 100}%`);
  return `linear-gradient(to right, ${[...stops, `transparent ${at * 100}%`].join(", ")})`;
}

/** Words in the names of palettes that are no names of colours, or other names of them. */
const words: Record<string, string> = { cold: "blue", hot: "red", grey: "gray", white: "gray" };

/** A palette's colour at a place from 0 to 1, faint enough (percent) for text upon it in both themes. */
export function paint(name: string | undefined, at: number, most: number): string {
  // greenRed, coldHot, blueDark: a palette's name is the way from colour to colour.
  const way = (name ?? "blue").split(/(?=[A-Z])/).flatMap((w) => hues[words[w.toLowerCase()] ?? w.toLowerCase()]?.[0] ?? []);
  if (way.length === 0) way.push(hues["blue"]![0]);
  const place = at * (way.length - 1);
  const from = Math.min(Math.floor(place), Math.max(0, way.length - 2));
  const mixed = way.length === 1 ? way[0]! : `color-mix(in srgb, ${way[from + 1]!} ${Math.round((place - from) * 100)}%, ${way[from]!})`;
  const strength = way.length === 1 ? Math.round(6 + at * (most - 6)) : Math.round(most * 0.8);
  return `color-mix(in srgb, ${mixed} ${strength}%, transparent)`;
}

/** Units by number: how many bytes, or milliseconds, one is. Others are plain numbers. */
const byteUnits: Record<number, number> = { 2: 1, 3: 1e3, 4: 1e6, 5: 1e9, 6: 1e12, 36: 1, 37: 1024, 38: 1024 ** 2, 39: 1024 ** 3, 11: 1, 12: 1e3, 13: 1e6, 45: 1 };
const timeUnits: Record<number, number> = { 22: 0.001, 23: 1, 24: 1000, 25: 60_000, 26: 3_600_000, 27: 86_400_000 };
export const knownUnits = [0, 1, 17, 31, ...Object.keys(byteUnits).map(Number), ...Object.keys(timeUnits).map(Number)];

/** A number with its unit; undefined where the column has no numbers, or the workbook no wish. */
function withUnit(cell: Cell, column: Column, { numberFormat }: Formatter): string | undefined {
  if (!numberFormat) return undefined;
  const value = toNumber(cell, column.type) ?? (column.type === "string" && cell !== "" && cell !== null ? Number(cell) : NaN);
  if (!Number.isFinite(value)) return undefined;
  const unit = numberFormat.unit ?? 0;
  const number = (v: number) => intl(numberFormat.options).format(v);
  if (unit in timeUnits) return formatElapsed(value * timeUnits[unit]!);
  if (unit in byteUnits) {
    return formatBytes(value * byteUnits[unit]!, unit >= 36 && unit <= 39 ? 1024 : 1000, number) + (unit === 11 || unit === 12 || unit === 13 || unit === 45 ? "/s" : "");
  }
  return number(value) + (unit === 1 ? "%" : unit === 31 ? "/s" : "");
}

function intl(options: Intl.NumberFormatOptions | null | undefined): Intl.NumberFormat {
  try {
    return new Intl.NumberFormat("en-US", { maximumFractionDigits: 2, ...options });
  } catch {
    return new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
  }
}

// Signs differ in shape, so that nobody needs the colour.
const signs: Record<string, [sign: string, colour: string]> = {
  success: ["✔", "green"], available: ["✔", "green"], resolved: ["✔", "green"], check: ["✔", "green"], enabled: ["✔", "green"], "1": ["▲", "orange"], "2": ["▲", "orange"], "3": ["●", "yellow"], "4": ["✖", "red"],
  critical: ["✖", "red"], failed: ["✖", "red"], error: ["✖", "red"], unavailable: ["✖", "red"], sev0: ["✖", "red"], sev1: ["✖", "red"], sev2: ["▲", "orange"], sev3: ["ℹ", "blue"], sev4: ["ℹ", "gray"],
  warning: ["▲", "orange"], degraded: ["▲", "orange"], info: ["ℹ", "blue"], pending: ["…", "gray"], unknown: ["?", "gray"], disabled: ["⊘", "gray"], cancelled: ["⊘", "gray"], stopped: ["■", "gray"],
  trendup: ["↗", "gray"], trenddown: ["↘", "gray"], up: ["↑", "gray"], down: ["↓", "gray"], more: ["…", "gray"], blank: ["", "gray"], subtract: ["−", "gray"], add: ["+", "gray"],
};

function threshold(cell: Cell, row: Cell[], table: Table, column: Column, f: Formatter, text: string): CellLook {
  const rule = f.formatOptions?.thresholdsGrid?.find((r) => fits(cell, column, r.operator, r.thresholdValue));
  if (!rule) return { text };
  const said = (rule.text || "{0}{1}")
    .replaceAll("{0}", text)
    .replaceAll("{1}", "");
  const told = withCells(said, row, table);
  if (f.formatOptions?.thresholdsOptions === "colors") return { text: told, colour: paint(rule.representation ?? "gray", 1, 40) };
  const [sign, colour] = signs[(rule.representation ?? "").toLowerCase()] ?? ["•", "gray"];
  return { text: `${sign} ${told}`.trim(), ...(sign ? { colour: paint(colour, 1, 18) } : {}) };
}

/** Whether a cell is as a threshold says; numbers as numbers, all else as text. */
export function fits(cell: Cell, column: Pick<Column, "type">, operator: string | undefined, wanted: string | number | null | undefined): boolean {
  const text = plainText(cell);
  const other = String(wanted ?? "");
  const [a, b] = [toNumber(cell, column.type) ?? (text.trim() === "" ? NaN : Number(text)), other.trim() === "" ? NaN : Number(other)];
  const order = Number.isFinite(a) && Number.isFinite(b) ? a - b : text < other ? -1 : text > other ? 1 : 0;
  switch (operator) {
    case "Default":
      return true;
    case "is Empty":
      return text === "";
    case "is not empty":
      return text !== "";
    case "==":
      return order === 0;
    case "!=":
      return order !== 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case "contains":
      return text.toLowerCase().includes(other.toLowerCase());
    case "doesNotContain":
      return !text.toLowerCase().includes(other.toLowerCase());
    case "startsWith":
      return text.toLowerCase().startsWith(other.toLowerCase());
    case "endsWith":
      return text.toLowerCase().endsWith(other.toLowerCase());
    case "regex":
      try {
        return new RegExp(other).test(text);
      } catch {
        return false;
      }
    default:
      return false; // it is named among what is lacking
  }
}

export const operators = ["Default", "is Empty", "is not empty", "==", "!=", ">", ">=", "<", "<=", "contains", "doesNotContain", "startsWith", "endsWith", "regex"];

interface Arranged {
  table: Table;
  looks: (ColumnLook | undefined)[];
  groupBy: number[];
  tree: Tree | undefined;
  /** The whole row of one that is shown. */
  behind: (shown: Row) => Row;
}

/** A table in the order and of the length that the workbook says, without its hidden columns, under its labels. */
export function arranged(table: Table, { gridSettings, sortBy }: Content, zone: Zone): Arranged {
  const { formatters, labelSettings = [], rowLimit, hierarchySettings } = gridSettings ?? {};
  const groups = hierarchySettings?.groupBy ?? [];
  const looks = table.columns.map((c, i) => lookOf(formatterOf(formatters, c.name), table, i, zone));
  const shown = table.columns.map((_, i) => i).filter((i) => formatterOf(formatters, table.columns[i]!.name)?.formatter !== formatter.hidden || groups.includes(table.columns[i]!.name));
  const order = (gridSettings?.sortBy ?? sortBy ?? []).flatMap(({ itemKey = "", sortOrder = 1 }) => {
    const name = /^\$gen_[a-z]+_(.+)_\d+$/i.exec(itemKey)?.[1] ?? itemKey;
    const i = table.columns.findIndex((c) => c.name === name);
    return i < 0 ? [] : [{ i, sign: sortOrder === 2 ? -1 : 1 }];
  });
  let rows = table.rows;
  if (order.length) rows = rows.toSorted((a, b) => order.reduce((so, { i, sign }) => so || sign * compareCells(a[i] ?? null, b[i] ?? null, table.columns[i]!.type), 0));
  if (rowLimit && Number(rowLimit) > 0) rows = rows.slice(0, Number(rowLimit));
  const label = (name: string) => labelSettings.find((l) => l.columnId === name)?.label || name;
  // A look may need columns that are hidden: it gets the whole row.
  const whole = new Map(rows.map((r) => [r, shown.map((i) => r[i] ?? null)]));
  const behind = new Map([...whole].map(([r, s]) => [s, r]));
  return {
    table: { ...table, columns: shown.map((i) => ({ ...table.columns[i]!, name: label(table.columns[i]!.name) })), rows: [...whole.values()] },
    looks: shown.map((i) => looks[i] && ((cell, row) => looks[i]!(cell, behind.get(row) ?? row))),
    groupBy: groups.map((name) => shown.findIndex((i) => table.columns[i]!.name === name)).filter((i) => i >= 0),
    tree: treeOf(table.columns, shown, whole, hierarchySettings),
    behind: (row) => behind.get(row) ?? row,
  };
}

/** Rows under their parents, by the shown row of each whole one. */
function treeOf(columns: Column[], shown: number[], whole: ReadonlyMap<Row, Row>, h: GridSettings["hierarchySettings"]): Tree | undefined {
  const [id, parent] = [h?.idColumn, h?.parentColumn].map((name) => columns.findIndex((c) => c.name === name));
  if (h?.treeType !== 0 || id! < 0 || parent! < 0) return undefined;
  const keyOf = (row: Row) => plainText(row[id!] ?? null);
  const byKey = new Map([...whole.keys()].map((row) => [keyOf(row), row]));
  const parentOf = (row: Row) => byKey.get(plainText(row[parent!] ?? null));
  const under = new Map<Row | undefined, Row[]>();
  for (const [row, there] of whole) {
    // Whose ancestors lead back to it stands at the top: it would be nowhere else.
    const seen = new Set<Row>();
    let above = parentOf(row);
    while (above && above !== row && !seen.has(above)) above = parentOf((seen.add(above), above));
    const over = above === row ? undefined : parentOf(row);
    const place = over && whole.get(over);
    const siblings = under.get(place);
    if (siblings) siblings.push(there);
    else under.set(place, [there]);
  }
  const keys = new Map([...whole].map(([row, there]) => [there, keyOf(row)]));
  return { column: Math.max(0, shown.findIndex((i) => columns[i]!.name === h.expanderColumn)), under, keyOf: (row) => keys.get(row) ?? "" };
}
