import {
  type CellClickedEvent,
  type CellContextMenuEvent,
  type CellKeyDownEvent,
  type ColDef,
  type Column as GridColumn,
  createGrid,
  type GridApi,
  type GridOptions,
  type ICellRendererParams,
  type IHeaderParams,
  type IInnerHeaderComponent,
} from "ag-grid-community";
import { theme } from "../../app/grid";
import { Popover, PopoverSurface, PopoverTrigger } from "@fluentui/react-components";
import { type RefObject, useCallback, useLayoutEffect, useMemo, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { type Cell, type Column, type ColumnType, isNumeric, type Row, type Table } from "../../api/table";
import { columnWidth, compareCells, formatCell, oneLine, plainText, toNumber, type Zone } from "../../values/format";
import { t } from "../../i18n";
import { TypeIcon } from "../TypeIcon";
import { backgroundOf, type ColumnLook } from "../../dashboards/looks";
import { drawSpark } from "../../dashboards/spark";
import type { ColumnAction, ColumnAt } from "./ColumnMenu";
import { ColumnStats } from "./ColumnStats";
import css from "./Grid.module.css";
import { type Branch, branchesOf, Group, type Line, linesOf, type Tree } from "./groups";

/** A cell that somebody points at: for its details or its menu. */
export interface CellAt {
  row: Row;
  column: number;
  x: number;
  y: number;
}

export interface GridHandle {
  /** Rows as they stand after sorting and filtering. */
  rows: () => Row[];
  /** Does to a column what its menu offers and the grid does by itself. */
  act: (column: number, action: ColumnAction) => void;
}

interface Props {
  table: Table;
  zone: Zone;
  /** Columns are widened to take all the room that there is. */
  fill?: boolean;
  /** How the cells of some columns look, by the columns' places. */
  looks?: (ColumnLook | undefined)[];
  handle?: RefObject<GridHandle | null>;
  onOpen?: (row: Row, column: number) => void;
  /** A row came under the keyboard or the mouse. */
  onFocusRow?: (row: Row) => void;
  onMenu?: (at: CellAt) => void;
  onCopy?: (text: string) => void;
  onColumnMenu?: (at: ColumnAt) => void;
  /** The columns by which rows are grouped. */
  groupBy?: number[];
  /** Rows under rows. */
  tree?: Tree | undefined;
  /** Groups of the first column, or rows of the top, are open at first. */
  unfold?: boolean;
  /** What is said where there are no rows. */
  noRows?: string;
  /** A header is being dragged, or is let go at a place. */
  onHeaderDrag?: (dropped?: { column: number; x: number; y: number }) => void;
}

const numberColumn = "#";
// Longer text is not read in a cell; the details show it all.
const longestCell = 300;

const ungrouped: number[] = [];

/** What the grid's own parts know of the component around them. */
interface Around {
  /** Opens or shuts a group, or what is under a row. */
  toggle: (key: string, line: number) => void;
  /** Where a row stands in the tree. */
  branch: (row: Row) => Branch | undefined;
  /** A column's header has a place for what React draws in it, or has lost it. */
  headers: (place: HTMLElement, column: HeaderOf | undefined) => void;
}

/** The widths that somebody has given columns, by their names: a refresh keeps them. */
type OwnWidths = Map<string, number>;

interface HeaderOf {
  name: string;
  type: ColumnType;
  index: number;
}

/** The grid draws by itself: a cell that is a component of React's takes twice as long, which one sees when many rows are scrolled. */
export default function Grid(props: Props) {
  const { table, zone, looks, groupBy = ungrouped, tree, unfold = false } = props;
  const grouped = groupBy.length > 0 || tree !== undefined;
  const columns = useMemo(() => columnDefs(table, zone, grouped, looks, tree?.column), [table, zone, grouped, looks, tree]);
  /** Groups, and rows with others under them, that are not as they were at first. */
  const [turned, setTurned] = useState<ReadonlySet<string>>(new Set());
  const isOpen = useCallback((key: string, depth: number) => turned.has(key) !== (unfold && depth === 0), [turned, unfold]);
  const branches = useMemo(() => tree && branchesOf(tree, isOpen), [tree, isOpen]);
  const lines = useMemo(() => (branches ? [...branches.keys()] : grouped ? linesOf(table.rows, table.columns, groupBy, isOpen) : table.rows), [table, grouped, groupBy, branches, isOpen]);
  const [headers, setHeaders] = useState<ReadonlyMap<HTMLElement, HeaderOf>>(new Map());
  const host = useRef<HTMLDivElement>(null);
  const api = useRef<GridApi<Line>>(null);
  const refocus = useRef<number>(undefined);
  const own = useRef<OwnWidths>(new Map());
  const toggle = useCallback((key: string, line: number) => {
    refocus.current = line;
    setTurned((all) => (all.has(key) ? new Set([...all].filter((k) => k !== key)) : new Set([...all, key])));
  }, []);
  const latest = useRef({ props, grouped, lines, columns, branches });
  latest.current = { props, grouped, lines, columns, branches };

  useLayoutEffect(() => {
    const around: Around = {
      toggle,
      branch: (row) => latest.current.branches?.get(row),
      headers: (place, column) =>
        setHeaders((all) => {
          const next = new Map(all);
          if (column) next.set(place, column);
          else next.delete(place);
          return next;
        }),
    };
    const created = createGrid<Line>(host.current!, { ...optionsOf(host.current!, own.current, () => latest.current), context: around, rowData: latest.current.lines, columnDefs: numbered(latest.current.columns, own.current, host.current!.clientWidth) });
    api.current = created;
    shown.current = latest.current;
    const { handle } = latest.current.props;
    if (handle) handle.current = { rows: () => (latest.current.grouped ? latest.current.props.table.rows : displayed(created)), act: (column, action) => act(created, String(column), action) };
    return () => {
      if (handle) handle.current = null;
      created.destroy();
    };
  }, [toggle]);

  const shown = useRef({ lines, columns });
  useLayoutEffect(() => {
    const change: GridOptions<Line> = {};
    if (shown.current.columns !== columns) change.columnDefs = numbered(columns, own.current, host.current!.clientWidth);
    if (shown.current.lines !== lines) change.rowData = lines;
    shown.current = { lines, columns };
    if (change.columnDefs || change.rowData) api.current!.updateGridOptions(change);
    // What was opened by the keyboard is drawn anew, and keeps the focus.
    if (refocus.current !== undefined) {
      const { tree } = latest.current.props;
      if (tree) api.current!.setFocusedCell(refocus.current, String(tree.column));
      else host.current!.querySelector<HTMLElement>(`.ag-full-width-row[row-index="${refocus.current}"] button`)?.focus();
    }
    refocus.current = undefined;
  }, [lines, columns]);

  return (
    <div ref={host} className={css.grid}>
      {[...headers].map(([place, column]) => createPortal(<Header {...column} table={table} zone={zone} />, place, `${column.index} ${column.name}`))}
    </div>
  );
}

/** What stays the same as long as the grid is there. */
function optionsOf(host: HTMLElement, own: OwnWidths, now: () => { props: Props; grouped: boolean }): GridOptions<Line> {
  let dragged: number | undefined;
  const pointer = { x: 0, y: 0 };
  // The grid says when a header is let go, but not where.
  const follow = ({ clientX, clientY }: PointerEvent) => Object.assign(pointer, { x: clientX, y: clientY });
  const room = () => host.querySelector(".ag-body-viewport")?.clientWidth ?? 0;
  const grow = ({ api }: { api: GridApi<Line> }) => {
    if (now().props.fill) widen(api, own, room());
    keepNumbers(api, room());
  };
  const place = (e: { column: { getColId(): string } }) => Number(e.column.getColId());
  return {
    theme,
    defaultColDef: defaults,
    animateRows: false,
    suppressDragLeaveHidesColumns: true,
    preventDefaultOnContextMenu: true,
    // Each row that nobody sees takes as long to draw as one that somebody does: enough for a turn of the wheel.
    rowBuffer: 2,
    isFullWidthRow: ({ rowNode }) => rowNode.data instanceof Group,
    fullWidthCellRenderer: groupLine,
    overlayNoRowsTemplate: now().props.noRows ?? t("results.noRows"),
    onColumnHeaderContextMenu: ({ column, api }) => {
      const i = "getColId" in column ? Number(column.getColId()) : NaN;
      if (Number.isNaN(i)) return;
      const box = host.querySelector(`.ag-header-cell[col-id="${i}"]`)?.getBoundingClientRect();
      now().props.onColumnMenu?.({ column: i, x: box?.left ?? 0, y: box?.bottom ?? 0, pinned: api.getColumn(String(i))?.isPinned() ?? false });
    },
    onDragStarted: ({ target }) => {
      if (target.closest(".ag-header-cell-resize")) return;
      window.addEventListener("pointermove", follow, true);
      const id = target.closest("[col-id]")?.getAttribute("col-id");
      dragged = id === null || id === undefined || Number.isNaN(Number(id)) ? undefined : Number(id);
      if (dragged !== undefined) now().props.onHeaderDrag?.();
    },
    onDragStopped: () => {
      window.removeEventListener("pointermove", follow, true);
      if (dragged !== undefined) now().props.onHeaderDrag?.({ column: dragged, ...pointer });
      dragged = undefined;
    },
    onGridSizeChanged: grow,
    onFirstDataRendered: grow,
    onNewColumnsLoaded: grow,
    onDisplayedColumnsChanged: ({ api }) => keepNumbers(api, room()),
    onColumnResized: ({ api, finished, source, column }) => {
      if (!finished) return;
      if (source === "uiColumnResized" && column) own.set(column.getColDef().headerName!, column.getActualWidth());
      keepNumbers(api, room());
    },
    onCellClicked: (e: CellClickedEvent<Line>) => e.column.getColId() === numberColumn && e.data && !(e.data instanceof Group) && now().props.onOpen?.(e.data, 0),
    onCellDoubleClicked: (e) => e.data && !(e.data instanceof Group) && now().props.onOpen?.(e.data, Number.isNaN(place(e)) ? 0 : place(e)),
    onCellFocused: (e) => {
      const node = e.rowIndex === null ? undefined : e.api.getDisplayedRowAtIndex(e.rowIndex);
      if (node?.data && !(node.data instanceof Group)) now().props.onFocusRow?.(node.data);
    },
    onCellContextMenu: (e: CellContextMenuEvent<Line>) => {
      const { clientX: x, clientY: y } = e.event as MouseEvent;
      if (e.data && !(e.data instanceof Group) && !Number.isNaN(place(e))) now().props.onMenu?.({ row: e.data, column: place(e), x, y });
    },
    onCellKeyDown: (e) => keyDown(e as CellKeyDownEvent<Line>, now().props),
  };
}

function keyDown(e: CellKeyDownEvent<Line>, { onOpen, onCopy, onMenu }: Props) {
  // A group's line has no columns.
  if (!e.data || e.data instanceof Group) return;
  const event = e.event as KeyboardEvent;
  const column = Number(e.column.getColId());
  const branch = (e.context as Around).branch(e.data);
  // A button that has the focus does it by itself.
  if (event.key === "Enter" && branch && branch.open !== undefined) return (event.target as HTMLElement).closest("button") ? undefined : (e.context as Around).toggle(branch.key, e.rowIndex ?? 0);
  if (event.key === "Enter") onOpen?.(e.data, Number.isNaN(column) ? 0 : column);
  if (event.key.toLowerCase() === "c" && (event.ctrlKey || event.metaKey) && !window.getSelection()?.toString() && !Number.isNaN(column)) {
    onCopy?.(plainText(e.data[column]!));
  }
  if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) {
    event.preventDefault();
    const box = (event.target as HTMLElement).getBoundingClientRect();
    if (!Number.isNaN(column)) onMenu?.({ row: e.data, column, x: box.left + 8, y: box.bottom });
  }
}

const defaults: ColDef<Line> = {
  sortable: true,
  resizable: true,
  minWidth: 56,
  suppressHeaderMenuButton: false,
  sortingOrder: ["asc", "desc", null],
};

function columnDefs(table: Table, zone: Zone, grouped: boolean, looks: Props["looks"], expander: number | undefined): ColDef<Line>[] {
  const sample = table.rows.slice(0, 100);
  const digits = String(table.rows.length).length;
  const numbers = grouped ? new Map(table.rows.map((row, i) => [row as Line, i])) : undefined;
  return [
    {
      colId: numberColumn,
      headerName: "#",
      valueGetter: (p) => (numbers?.get(p.data!) ?? p.node?.sourceRowIndex ?? 0) + 1,
      width: 30 + digits * 8,
      minWidth: 40,
      lockPosition: true,
      resizable: false,
      sortable: false,
      suppressMovable: true,
      cellClass: css.number,
      headerClass: css.numberHeader,
    },
    ...inOrder(table).map((i) => {
      const def = { ...columnDef(table.columns[i]!, i, sample, zone, grouped), ...looked(looks?.[i], table.columns[i]!, zone) };
      return i === expander ? inTree(def) : def;
    }),
  ];
}

/**
 * The columns of a whole table begin with the workspace's id, the same in each row: nobody looks for it first. A search of
 * all tables has all of their columns: those of the tables where something was found come before the empty ones.
 */
function inOrder({ columns, rows }: Table): number[] {
  const all = columns.map((_, i) => i);
  if (columns[0]?.name === "$table") {
    const sample = rows.slice(0, 1000);
    const last = (i: number) => columns[i]!.name === "TenantId" || sample.every((row) => row[i] === null || row[i] === "");
    return [...all.filter((i) => i === 0 || !last(i)), ...all.filter((i) => i > 0 && last(i))];
  }
  return columns.length > 2 && columns[0]!.name === "TenantId" && columns.some((c) => c.name === "TimeGenerated") ? [...all.slice(1), 0] : all;
}

function columnDef(column: Column, i: number, sample: Row[], zone: Zone, grouped: boolean): ColDef<Line> {
  const right = isNumeric(column.type) || column.type === "timespan";
  const cells = sample.map((r) => r[i] ?? null);
  return {
    colId: String(i),
    headerName: column.name,
    valueGetter: (p) => (p.data instanceof Group ? null : p.data?.[i]),
    sortable: !grouped,
    valueFormatter: (p) => oneLine(formatCell(p.value as Cell, column.type, zone), longestCell),
    comparator: (a: Cell, b: Cell) => compareCells(a, b, column.type),
    width: columnWidth(column, cells, zone),
    cellClass: cellClasses[column.type] ?? "",
    headerClass: right ? css.right : "",
    headerComponentParams: { innerHeaderComponent: HeaderPlace, innerHeaderComponentParams: { type: column.type, index: i } },
    ...(grouped ? {} : { filter: right && column.type !== "timespan" ? "agNumberColumnFilter" : "agTextColumnFilter" }),
    filterValueGetter: (p) => {
      const cell = (p.data as Row | undefined)?.[i] ?? null;
      return isNumeric(column.type) ? toNumber(cell, column.type) : formatCell(cell, column.type, zone);
    },
  };
}

/** A column whose cells look as somebody wants them to. */
function looked(look: ColumnLook | undefined, column: Column, zone: Zone): ColDef<Line> {
  if (!look) return {};
  const of = (value: unknown, row: Line | undefined) => (row && !(row instanceof Group) ? look((value ?? null) as Cell, row) : { text: formatCell(value as Cell, column.type, zone) });
  return {
    valueFormatter: (p) => oneLine(of(p.value, p.data).text, longestCell),
    cellStyle: (p) => {
      return { background: backgroundOf(of(p.value, p.data)) ?? "" };
    },
    cellRenderer: (p: ICellRendererParams<Line>) => {
      const { href, text, spark } = of(p.value, p.data) as ReturnType<ColumnLook>;
      return spark ? drawSpark(spark, oneLine(text, longestCell)) : href ? linkTo(href, text) : p.valueFormatted;
    },
  };
}

/** A column before whose cells stands what opens and shuts. */
function inTree(def: ColDef<Line>): ColDef<Line> {
  const own = def.cellRenderer as ((p: ICellRendererParams<Line>) => HTMLElement | string | null | undefined) | undefined;
  return {
    ...def,
    width: def.width! + 60,
    cellRenderer: (p: ICellRendererParams<Line, unknown, Around>) => {
      const content = own?.(p) ?? p.valueFormatted ?? "";
      const branch = Array.isArray(p.data) ? p.context.branch(p.data) : undefined;
      if (!branch) return content;
      const cell = Object.assign(document.createElement("span"), { className: css.branch! });
      cell.style.paddingLeft = `${branch.depth * 20 + (branch.open === undefined ? 24 : 0)}px`;
      if (branch.open !== undefined) {
        const button = Object.assign(document.createElement("button"), { type: "button", className: `${css.turn} ag-icon ag-icon-tree-${branch.open ? "open" : "closed"}` });
        button.setAttribute("aria-expanded", String(branch.open));
        button.setAttribute("aria-label", oneLine(p.valueFormatted ?? "", 200));
        button.addEventListener("click", () => p.context.toggle(branch.key, p.node.rowIndex ?? 0));
        cell.append(button);
      }
      cell.append(content);
      return cell;
    },
  };
}

function linkTo(href: string, text: string): HTMLElement {
  const link = Object.assign(document.createElement("a"), { href, target: "_blank", rel: "noreferrer", className: css.link });
  link.textContent = text;
  return link;
}

const cellClasses: Partial<Record<Column["type"], string>> = {
  int: css.right,
  long: css.right,
  real: css.right,
  decimal: css.right,
  timespan: css.right,
  datetime: css.figures,
  guid: css.mono,
  dynamic: css.mono,
};

/** Where a column's header is drawn. */
class HeaderPlace implements IInnerHeaderComponent {
  #place = document.createElement("span");
  #leave = () => {};

  init(params: IHeaderParams<Line, Around>) {
    const { displayName, type, index, context } = params as typeof params & Pick<HeaderOf, "type" | "index">;
    this.#place.className = css.headerPlace!;
    context.headers(this.#place, { name: displayName, type, index });
    this.#leave = () => context.headers(this.#place, undefined);
  }

  getGui() {
    return this.#place;
  }

  /** Another column's header is made anew. */
  refresh() {
    return false;
  }

  destroy() {
    this.#leave();
  }
}

/** A column's name and type; resting on it shows what its values are like. */
function Header({ name, type, index, table, zone }: HeaderOf & { table: Table; zone: Zone }) {
  const [shown, setShown] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const rest = (then: boolean) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setShown(then), then ? 600 : 120);
  };
  return (
    <Popover open={shown} positioning={{ position: "below", align: "start", offset: 10 }} unstable_disableAutoFocus>
      <PopoverTrigger>
        <span className={css.header} onPointerEnter={() => rest(true)} onPointerLeave={() => rest(false)} onPointerDown={() => rest(false)}>
          <TypeIcon type={type} className={css.type} />
          <span className={css.headerName}>{name}</span>
        </span>
      </PopoverTrigger>
      <PopoverSurface role="region" className={css.popover} onPointerEnter={() => rest(true)} onPointerLeave={() => rest(false)} aria-label={t("results.statistics", { column: name })}>
        {shown && <ColumnStats table={table} column={index} zone={zone} />}
      </PopoverSurface>
    </Popover>
  );
}

/** A group's line: a button that opens it. */
function groupLine({ data, node, context }: ICellRendererParams<Line, unknown, Around>): HTMLElement {
  const line = document.createElement("div");
  if (!(data instanceof Group)) return line;
  line.setAttribute("role", "gridcell");
  line.className = css.groupCell!;
  const button = document.createElement("button");
  button.type = "button";
  button.className = css.group!;
  button.style.paddingLeft = `${10 + data.depth * 20}px`;
  button.setAttribute("aria-expanded", String(data.open));
  button.addEventListener("click", () => context.toggle(data.key, node.rowIndex ?? 0));
  const add = (className: string, text: string) => (button.appendChild(Object.assign(document.createElement("span"), { className })).textContent = text);
  add(`ag-icon ag-icon-tree-${data.open ? "open" : "closed"}`, "");
  add(css.groupColumn!, data.column);
  add(css.groupValue!, oneLine(data.value, 200));
  add(css.groupCount!, data.count.toLocaleString("en-US"));
  line.append(button);
  return line;
}

function act(api: GridApi<Line>, column: string, action: ColumnAction) {
  switch (action) {
    case "asc":
    case "desc":
      return api.applyColumnState({ state: [{ colId: column, sort: action }], defaultState: { sort: null } });
    case "pin":
      return api.setColumnsPinned([column], "left");
    case "unpin":
      return api.setColumnsPinned([column], null);
    case "hide":
      return api.setColumnsVisible([column], false);
    case "showAll":
      return api.setColumnsVisible(api.getColumns() ?? [], true);
    case "group":
    case "stats":
      throw new Error(`the grid does not ${action} by itself`);
  }
}

/** Gives columns what room there is, each in proportion to its first width, and none less than that. */
function widen(api: GridApi<Line>, own: OwnWidths, room: number) {
  if (room === 0) return;
  const columns = api.getAllDisplayedColumns();
  const first = (c: GridColumn) => own.get(c.getColDef().headerName!) ?? c.getColDef().width ?? c.getActualWidth();
  const fixed = (c: GridColumn) => c.getColId() === numberColumn || own.has(c.getColDef().headerName!);
  // After a wider window, too.
  api.setColumnWidths(columns.map((c) => ({ key: c, newWidth: first(c) })));
  if (columns.reduce((sum, c) => sum + first(c), 0) >= room) return;
  api.sizeColumnsToFit({ columnLimits: columns.map((c) => ({ key: c.getColId(), minWidth: first(c), ...(fixed(c) ? { maxWidth: first(c) } : {}) })) });
}

/** The rows' numbers stay in sight while the columns are scrolled; where all have room, each row is one element and not two. */
function numbered(columns: ColDef<Line>[], own: OwnWidths, room: number): ColDef<Line>[] {
  const sized = columns.map((c) => ({ ...c, width: own.get(c.headerName!) ?? c.width! }));
  const pinned = sized.reduce((sum, c) => sum + c.width, 0) > room;
  return sized.map((c) => (c.colId === numberColumn ? { ...c, pinned: pinned ? "left" : null } : c));
}

/** The same, as widths and columns change. */
function keepNumbers(api: GridApi<Line>, room: number) {
  const others = api.getAllDisplayedColumns().filter((c) => c.getColId() !== numberColumn);
  const numbers = api.getColumn(numberColumn);
  if (room === 0 || !numbers) return;
  const pinned = others.some((c) => c.isPinned()) || others.reduce((sum, c) => sum + c.getActualWidth(), numbers.getActualWidth()) > room;
  if (pinned !== numbers.isPinned()) api.setColumnsPinned([numberColumn], pinned ? "left" : null);
}

function displayed(api: GridApi<Line>): Row[] {
  const rows: Row[] = [];
  api.forEachNodeAfterFilterAndSort((node) => node.data && !(node.data instanceof Group) && rows.push(node.data));
  return rows;
}
