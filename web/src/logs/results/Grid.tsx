import {
  type CellClickedEvent,
  type CellContextMenuEvent,
  type CellKeyDownEvent,
  CellStyleModule,
  ClientSideRowModelApiModule,
  ClientSideRowModelModule,
  type ColDef,
  ColumnApiModule,
  ColumnAutoSizeModule,
  type GridApi,
  ModuleRegistry,
  NumberFilterModule,
  RenderApiModule,
  RowApiModule,
  RowSelectionModule,
  ScrollApiModule,
  TextFilterModule,
  themeQuartz,
} from "ag-grid-community";
import { AgGridReact, type CustomInnerHeaderProps } from "ag-grid-react";
import { type RefObject, useMemo } from "react";
import { type Cell, type Column, type ColumnType, isNumeric, type Row, type Table } from "../../api/table";
import { columnWidth, compareCells, formatCell, oneLine, plainText, toNumber, type Zone } from "../../values/format";
import { TypeIcon } from "../TypeIcon";
import css from "./Grid.module.css";

ModuleRegistry.registerModules([
  CellStyleModule,
  ClientSideRowModelApiModule,
  ClientSideRowModelModule,
  ColumnApiModule,
  ColumnAutoSizeModule,
  NumberFilterModule,
  RenderApiModule,
  RowApiModule,
  RowSelectionModule,
  ScrollApiModule,
  TextFilterModule,
]);

const theme = themeQuartz.withParams({
  accentColor: "var(--colorBrandStroke1)",
  backgroundColor: "var(--colorNeutralBackground1)",
  foregroundColor: "var(--colorNeutralForeground1)",
  borderColor: "var(--colorNeutralStroke2)",
  chromeBackgroundColor: "var(--colorNeutralBackground2)",
  headerTextColor: "var(--colorNeutralForeground1)",
  headerFontWeight: 600,
  rowHoverColor: "var(--colorNeutralBackground1Hover)",
  selectedRowBackgroundColor: "var(--colorNeutralBackground1Selected)",
  menuBackgroundColor: "var(--colorNeutralBackground1)",
  fontFamily: "var(--fontFamilyBase)",
  fontSize: 13,
  headerFontSize: 12.5,
  rowHeight: 27,
  headerHeight: 32,
  spacing: 5,
  cellHorizontalPadding: 9,
  rowBorder: { color: "var(--colorNeutralStroke3)" },
  columnBorder: false,
  wrapperBorder: false,
  wrapperBorderRadius: 0,
});

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
}

interface Props {
  table: Table;
  zone: Zone;
  handle?: RefObject<GridHandle | null>;
  onOpen?: (row: Row, column: number) => void;
  /** A row came under the keyboard or the mouse. */
  onFocusRow?: (row: Row) => void;
  onMenu?: (at: CellAt) => void;
  onCopy?: (text: string) => void;
}

const numberColumn = "#";
// Longer text is not read in a cell; the details show it all.
const longestCell = 300;

export default function Grid({ table, zone, handle, onOpen, onFocusRow, onMenu, onCopy }: Props) {
  const columns = useMemo(() => columnDefs(table, zone), [table, zone]);
  const place = (e: { column: { getColId(): string } }) => Number(e.column.getColId());
  const keyDown = (e: CellKeyDownEvent<Row>) => {
    const event = e.event as KeyboardEvent;
    const column = place(e);
    if (!e.data) return;
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
    <div className={css.grid}>
      <AgGridReact<Row>
        theme={theme}
        rowData={table.rows}
        columnDefs={columns}
        defaultColDef={defaults}
        animateRows={false}
        suppressDragLeaveHidesColumns
        suppressColumnVirtualisation={false}
        enableCellTextSelection={false}
        preventDefaultOnContextMenu
        suppressMovableColumns={false}
        rowBuffer={20}
        onFirstDataRendered={({ api }) => {
          if (handle) handle.current = { rows: () => displayed(api) };
        }}
        onGridPreDestroyed={() => {
          if (handle) handle.current = null;
        }}
        onCellClicked={(e: CellClickedEvent<Row>) => e.column.getColId() === numberColumn && e.data && onOpen?.(e.data, 0)}
        onCellDoubleClicked={(e) => e.data && onOpen?.(e.data, Number.isNaN(place(e)) ? 0 : place(e))}
        onCellFocused={(e) => {
          const node = e.rowIndex === null ? undefined : e.api.getDisplayedRowAtIndex(e.rowIndex);
          if (node?.data) onFocusRow?.(node.data);
        }}
        onCellContextMenu={(e: CellContextMenuEvent<Row>) => {
          const { clientX: x, clientY: y } = e.event as MouseEvent;
          if (e.data && !Number.isNaN(place(e))) onMenu?.({ row: e.data, column: place(e), x, y });
        }}
        onCellKeyDown={(e) => keyDown(e as CellKeyDownEvent<Row>)}
        overlayNoRowsTemplate="The query answered no rows."
      />
    </div>
  );
}

const defaults: ColDef<Row> = {
  sortable: true,
  resizable: true,
  minWidth: 56,
  suppressHeaderMenuButton: false,
  sortingOrder: ["asc", "desc", null],
};

function columnDefs(table: Table, zone: Zone): ColDef<Row>[] {
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
    ...table.columns.map((column, i) => columnDef(column, i, sample, zone)),
  ];
}

function columnDef(column: Column, i: number, sample: Row[], zone: Zone): ColDef<Row> {
  const right = isNumeric(column.type) || column.type === "timespan";
  const cells = sample.map((r) => r[i] ?? null);
  return {
    colId: String(i),
    headerName: column.name,
    valueGetter: (p) => p.data?.[i],
    valueFormatter: (p) => oneLine(formatCell(p.value as Cell, column.type, zone), longestCell),
    comparator: (a: Cell, b: Cell) => compareCells(a, b, column.type),
    width: columnWidth(column, cells, zone),
    cellClass: cellClasses[column.type] ?? "",
    headerClass: right ? css.right : "",
    headerComponentParams: { innerHeaderComponent: Header, innerHeaderComponentParams: { type: column.type } },
    filter: right && column.type !== "timespan" ? "agNumberColumnFilter" : "agTextColumnFilter",
    filterValueGetter: (p) => {
      const cell = p.data?.[i] ?? null;
      return isNumeric(column.type) ? toNumber(cell, column.type) : formatCell(cell, column.type, zone);
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

function Header({ displayName, type }: CustomInnerHeaderProps<Row> & { type: ColumnType }) {
  return (
    <span className={css.header} title={`${displayName}: ${type}`}>
      <TypeIcon type={type} className={css.type} />
      <span className={css.headerName}>{displayName}</span>
    </span>
  );
}

function displayed(api: GridApi<Row>): Row[] {
  const rows: Row[] = [];
  api.forEachNodeAfterFilterAndSort((node) => node.data && rows.push(node.data));
  return rows;
}
