import type { ColDef } from "ag-grid-community";
import { AgGridReact, type CustomCellRendererProps } from "ag-grid-react";
import { Input } from "@fluentui/react-components";
import { SearchRegular } from "@fluentui/react-icons/svg/search";
import { type ReactNode, useState } from "react";
import { theme } from "../app/grid";
import { Waiting } from "../app/Waiting";
import { t } from "../i18n";
import { Failure } from "./Failure";
import css from "./manage.module.css";

export interface Column<T> {
  name: string;
  /** What the column shows, and is sorted and found by. */
  value: (row: T) => string | number;
  render?: (row: T) => ReactNode;
  width?: number;
  /** It takes what room is left, in this proportion. */
  flex?: number;
}

interface Props<T> {
  label: string;
  rows: T[] | undefined;
  error?: Error | null;
  columns: Column<T>[];
  id: (row: T) => string;
  onOpen?: (row: T) => void;
  /** What stands over the list, beside the search. */
  children?: ReactNode;
  /** What stands for the list when it has no rows. */
  empty: string;
}

const manageTheme = theme.withParams({ rowHeight: 36, headerHeight: 36, cellHorizontalPadding: 12, wrapperBorder: true, wrapperBorderRadius: 6 });

/** A list with a search, whose rows open by a click or the Enter key. */
export function List<T>({ label, rows, error, columns, id, onOpen, children, empty }: Props<T>) {
  const [wanted, setWanted] = useState("");
  const text = wanted.trim().toLowerCase();
  const shown = text ? rows?.filter((r) => columns.some((c) => String(c.value(r)).toLowerCase().includes(text))) : rows;
  const defs: ColDef<T>[] = columns.map((c, i) => ({
    colId: String(i),
    headerName: c.name,
    valueGetter: (p) => (p.data === undefined ? "" : c.value(p.data)),
    ...(c.flex ? { flex: c.flex, minWidth: Math.max(c.width ?? 140, i === 0 ? nameWidth(rows ?? [], c.value) : 0) } : { width: c.width ?? 140 }),
    ...(c.render ? { cellRenderer: ({ data }: CustomCellRendererProps<T>) => (data === undefined ? null : c.render!(data)) } : {}),
    ...(i === 0 ? { cellClass: onOpen ? css.firstCell! : "" } : typeof (rows?.[0] && c.value(rows[0])) === "number" && !c.render ? { cellClass: css.numberCell!, headerClass: css.numberHeader! } : {}),
  }));
  return (
    <>
      <div className={css.tools}>
        <Input
          className={css.search!}
          contentBefore={<SearchRegular />}
          type="search"
          aria-label={t("manage.search", { what: label })}
          placeholder={t("manage.searchHint")}
          value={wanted}
          onChange={(_, d) => setWanted(d.value)}
        />
        {children}
      </div>
      <Failure error={error} />
      {!rows && !error && <Waiting />}
      {shown && shown.length === 0 && <p className={css.empty}>{text ? t("manage.nothingFound") : empty}</p>}
      {shown && shown.length > 0 && (
        <div className={css.grid} role="region" aria-label={label}>
          <AgGridReact<T>
            theme={manageTheme}
            rowData={shown}
            columnDefs={defs}
            defaultColDef={{ sortable: true, resizable: true, suppressHeaderMenuButton: true }}
            getRowId={({ data }) => id(data)}
            animateRows={false}
            onRowClicked={({ data }) => data && onOpen?.(data)}
            onCellKeyDown={({ data, event }) => data && (event as KeyboardEvent).key === "Enter" && onOpen?.(data)}
          />
        </div>
      )}
    </>
  );
}

/** What room names need, within what a phone has. */
const nameWidth = <T,>(rows: T[], value: (row: T) => string | number) => Math.min(340, rows.reduce((most, r) => Math.max(most, String(value(r)).length), 0) * 8 + 30);
