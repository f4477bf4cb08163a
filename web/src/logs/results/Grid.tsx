import {
  type CellClickedEvent,
  type CellContextMenuEvent,
  type CellKeyDownEvent,
  type ColDef,
  type GridApi,
} from "ag-grid-community";
import { theme } from "../../app/grid";
import { Popover, PopoverSurface, PopoverTrigger } from "@fluentui/react-components";
import { ChevronDownRegular } from "@fluentui/react-icons/svg/chevron-down";
import { ChevronRightRegular } from "@fluentui/react-icons/svg/chevron-right";
import { AgGridReact, type CustomCellRendererProps, type CustomInnerHeaderProps } from "ag-grid-react";
import { type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { type Cell, type Column, type ColumnType, isNumeric, type Row, type Table } from "../../api/table";
import { columnWidth, compareCells, formatCell, oneLine, plainText, toNumber, type Zone } from "../../values/format";
import { t } from "../../i18n";
import { TypeIcon } from "../TypeIcon";
import type { ColumnLook } from "../../dashboards/looks";
import type { ColumnAction, ColumnAt } from "./ColumnMenu";
import { ColumnStats } from "./ColumnStats";
import css from "./Grid.module.css";
import { Group, type Line, linesOf } from "./groups";

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
  /** A header is being dragged, or is let go at a place. */
  onHeaderDrag?: (dropped?: { column: number; x: number; y: number }) => void;
}

const numberColumn = "#";
// Longer text is not read in a cell; the details show it all.
const longestCell = 300;

const ungrouped: number[] = [];

export default function Grid({ table, zone, fill = false, looks, handle, onOpen, onFocusRow, onMenu, onCopy, onColumnMenu, groupBy = ungrouped, onHeaderDrag }: Props) {
  const grouped = groupBy.length > 0;
  const columns = useMemo(() => columnDefs(table, zone, grouped, looks), [table, zone, grouped, looks]);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const lines = useMemo(() => (grouped ? linesOf(table.rows, table.columns, groupBy, open) : table.rows), [table, grouped, groupBy, open]);
  const toggle = (group: Group) => setOpen(group.open ? new Set([...open].filter((k) => k !== group.key)) : new Set([...open, group.key]));
  const dragged = useRef<number>(undefined);
  const pointer = useRef({ x: 0, y: 0 });
  // The grid says when a header is let go, but not where.
  useEffect(() => {
    const follow = ({ clientX: x, clientY: y }: PointerEvent | MouseEvent) => (pointer.current = { x, y });
    window.addEventListener("pointermove", follow, true);
    return () => window.removeEventListener("pointermove", follow, true);
  }, []);
  const host = useRef<HTMLDivElement>(null);
  const grow = ({ api }: { api: GridApi<Line> }) => fill && widen(api, host.current?.querySelector(".ag-body-viewport")?.clientWidth ?? 0);
  const place = (e: { column: { getColId(): string } }) => Number(e.column.getColId());
  const keyDown = (e: CellKeyDownEvent<Line>) => {
    const event = e.event as KeyboardEvent;
    const column = place(e);
    if (!e.data || e.data instanceof Group) return;
    if (event.key === "Enter") onOpen?.(e.data, Number.isNaN(column) ? 0 : column);
    if (event.key.toLowerCase() === "c" && (event.ctrlKey || event.metaKey) && !window.getSelection()?.toString() && !Number.isNaN(column)) {
      onCopy?.(plainText(e.data[column]!));
    }
    if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) {
      event.preventDefault();
      const box = (event.target as HTMLElement).getBoundingClientRect();
      if (!Number.isNaN(column)) onMenu?.({ row: e.data, column, x: box.left + 8, y: box.bottom });
    }
  };
  return (
    <div ref={host} className={css.grid}>
      <AgGridReact<Line>
        theme={theme}
        rowData={lines}
        columnDefs={columns}
        defaultColDef={defaults}
        animateRows={false}
        suppressDragLeaveHidesColumns
        suppressColumnVirtualisation={false}
        enableCellTextSelection={false}
        preventDefaultOnContextMenu
        suppressMovableColumns={false}
        // Each row that nobody sees takes as long to draw as one that somebody does.
        rowBuffer={5}
        isFullWidthRow={({ rowNode }) => rowNode.data instanceof Group}
        fullWidthCellRenderer={GroupLine}
        context={{ toggle, table, zone }}
        onGridReady={({ api }) => {
          if (handle) handle.current = { rows: () => (grouped ? table.rows : displayed(api)), act: (column, action) => act(api, String(column), action) };
        }}
        onColumnHeaderContextMenu={({ column, api }) => {
          const i = "getColId" in column ? Number(column.getColId()) : NaN;
          if (Number.isNaN(i)) return;
          const box = document.querySelector(`.ag-header-cell[col-id="${i}"]`)?.getBoundingClientRect();
          onColumnMenu?.({ column: i, x: box?.left ?? 0, y: box?.bottom ?? 0, pinned: api.getColumn(String(i))?.isPinned() ?? false });
        }}
        onDragStarted={({ target }) => {
          const id = target.closest("[col-id]")?.getAttribute("col-id");
          dragged.current = id === null || id === undefined || Number.isNaN(Number(id)) ? undefined : Number(id);
          if (dragged.current !== undefined) onHeaderDrag?.();
        }}
        onDragStopped={() => {
          if (dragged.current !== undefined) onHeaderDrag?.({ column: dragged.current, ...pointer.current });
          dragged.current = undefined;
        }}
        onGridSizeChanged={grow}
        onFirstDataRendered={grow}
        onNewColumnsLoaded={grow}
        onGridPreDestroyed={() => {
          if (handle) handle.current = null;
        }}
        onCellClicked={(e: CellClickedEvent<Line>) => e.column.getColId() === numberColumn && e.data && !(e.data instanceof Group) && onOpen?.(e.data, 0)}
        onCellDoubleClicked={(e) => e.data && !(e.data instanceof Group) && onOpen?.(e.data, Number.isNaN(place(e)) ? 0 : place(e))}
        onCellFocused={(e) => {
          const node = e.rowIndex === null ? undefined : e.api.getDisplayedRowAtIndex(e.rowIndex);
          if (node?.data && !(node.data instanceof Group)) onFocusRow?.(node.data);
        }}
        onCellContextMenu={(e: CellContextMenuEvent<Line>) => {
          const { clientX: x, clientY: y } = e.event as MouseEvent;
          if (e.data && !(e.data instanceof Group) && !Number.isNaN(place(e))) onMenu?.({ row: e.data, column: place(e), x, y });
        }}
        onCellKeyDown={(e) => keyDown(e as CellKeyDownEvent<Line>)}
        overlayNoRowsTemplate={t("results.noRows")}
      />
    </div>
  );
}

const defaults: ColDef<Line> = {
  sortable: true,
  resizable: true,
  minWidth: 56,
  suppressHeaderMenuButton: false,
  sortingOrder: ["asc", "desc", null],
};

function columnDefs(table: Table, zone: Zone, grouped: boolean, looks: Props["looks"]): ColDef<Line>[] {
  const sample = table.rows.slice(0, 100);
  const digits = String(table.rows.length).length;
  return [
    {
      colId: numberColumn,
      headerName: "#",
      valueGetter: (p) => (p.node?.sourceRowIndex ?? 0) + 1,
      width: 30 + digits * 8,
      minWidth: 40,
      pinned: "left",
      lockPosition: true,
      resizable: false,
      sortable: false,
      suppressMovable: true,
      cellClass: css.number,
      headerClass: css.numberHeader,
    },
    ...table.columns.map((column, i) => ({ ...columnDef(column, i, sample, zone, grouped), ...looked(looks?.[i], column, zone) })),
  ];
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
    headerComponentParams: { innerHeaderComponent: Header, innerHeaderComponentParams: { type: column.type, index: i } },
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
      const { colour, share } = of(p.value, p.data) as ReturnType<ColumnLook>;
      if (!colour) return { background: "" };
      return { background: share === undefined ? colour : `linear-gradient(to right, ${colour} ${share * 100}%, transparent ${share * 100}%)` };
    },
    cellRenderer: (p: CustomCellRendererProps<Line>) => {
      const { href, text } = of(p.value, p.data) as ReturnType<ColumnLook>;
      return href ? (
        <a href={href} target="_blank" rel="noreferrer" className={css.link}>
          {text}
        </a>
      ) : (
        p.valueFormatted
      );
    },
  };
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

/** A column's name and type; resting on it shows what its values are like. */
function Header({ displayName, type, index, context }: CustomInnerHeaderProps<Line> & { type: ColumnType; index: number }) {
  const { table, zone } = context as { table: Table; zone: Zone };
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
          <span className={css.headerName}>{displayName}</span>
        </span>
      </PopoverTrigger>
      <PopoverSurface role="region" className={css.popover} onPointerEnter={() => rest(true)} onPointerLeave={() => rest(false)} aria-label={t("results.statistics", { column: displayName })}>
        {shown && <ColumnStats table={table} column={index} zone={zone} />}
      </PopoverSurface>
    </Popover>
  );
}

function GroupLine({ data, context }: CustomCellRendererProps<Line>) {
  const { toggle } = context as { toggle: (group: Group) => void };
  if (!(data instanceof Group)) return null;
  return (
    <div role="gridcell" className={css.groupCell}>
      <button type="button" className={css.group} style={{ paddingLeft: 10 + data.depth * 20 }} aria-expanded={data.open} onClick={() => toggle(data)}>
        {data.open ? <ChevronDownRegular /> : <ChevronRightRegular />}
        <span className={css.groupColumn}>{data.column}</span>
        <span className={css.groupValue}>{oneLine(data.value, 200)}</span>
        <span className={css.groupCount}>{data.count.toLocaleString("en-US")}</span>
      </button>
    </div>
  );
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

/** Gives columns what room is left, each in proportion to its width, and takes none away. */
function widen(api: GridApi<Line>, room: number) {
  const columns = api.getAllDisplayedColumns();
  if (columns.reduce((sum, c) => sum + c.getActualWidth(), 0) >= room) return;
  api.sizeColumnsToFit({ columnLimits: columns.map((c) => ({ key: c.getColId(), ...(c.getColId() === numberColumn ? { maxWidth: c.getActualWidth() } : { minWidth: c.getActualWidth() }) })) });
}

function displayed(api: GridApi<Line>): Row[] {
  const rows: Row[] = [];
  api.forEachNodeAfterFilterAndSort((node) => node.data && !(node.data instanceof Group) && rows.push(node.data));
  return rows;
}
