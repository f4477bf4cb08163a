import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, MessageBar, MessageBarBody, MessageBarTitle, Text } from "@fluentui/react-components";
import { lazy, Suspense, useMemo, useRef, useState } from "react";
import { Group, Panel, Separator } from "react-resizable-panels";
import type { Answer, Render } from "../../api/query";
import type { Row, Table } from "../../api/table";
import { useNarrow, useSettings } from "../../app/settings";
import { useCopy } from "../../app/toast";
import { Waiting } from "../../app/Waiting";
import { Chart } from "../../charts/Chart";
import { chartOf, suggest } from "../../charts/chartOf";
import { useAnomalies } from "../../charts/useAnomalies";
import type { Mark } from "../../kql/behind";
import { compareTo, quoteName } from "../../kql/quote";
import { plainText } from "../../values/format";
import splitter from "../Splitter.module.css";
import { t } from "../../i18n";
import { CellMenu } from "./CellMenu";
import { type ColumnAction, type ColumnAt, ColumnMenu } from "./ColumnMenu";
import { ColumnStats } from "./ColumnStats";
import type { CellAt, GridHandle } from "./Grid";
import { type Chosen, CompareView } from "./CompareView";
import { GroupBar } from "./GroupBar";
import { timeColumn } from "./histogram";
import { PlanView } from "./PlanView";
import { ResultsBar, type View } from "./ResultsBar";
import css from "./ResultsPane.module.css";
import { RowDetails } from "./RowDetails";
import { TimeHistogram } from "./TimeHistogram";

const Grid = lazy(() => import("./Grid"));

interface Props {
  answer: Answer;
  /** Runs the query again within a stretch of time (milliseconds) of a column. */
  onNarrow: (from: number, to: number, column: string) => void;
  /** Writes a visualization into the query. */
  onRender: (visualization: string) => void;
  /** A mark of a chart was pointed at: for the rows behind it. */
  onPick: (table: Table, mark: Mark) => void;
  onPin: () => void;
  /** Runs the query again with one value kept or dropped. */
  onFilter: (table: Table, at: { row: Row; column: number }, keep: boolean) => void;
}

/** One answer: as a table, or as a chart when one is asked for or suits. */
export function ResultsPane({ answer, onNarrow, onRender, onPick, onPin, onFilter }: Props) {
  const asked = (answer.render.visualization ?? "").toLowerCase();
  const wantsChart = asked !== "" && asked !== "table";
  const [view, setView] = useState<View>(wantsChart ? "chart" : "results");
  const [tableIndex, setTableIndex] = useState(0);
  const [picked, setPicked] = useState<string>();
  const [chosen, setChosen] = useState<Chosen>();
  const table = answer.tables[tableIndex];
  const suggested = useMemo(() => table && suggest(table), [table]);
  const visualization = picked ?? (wantsChart ? asked : suggested);
  const rows = useRef<GridHandle>(null);
  if (!table) return <Text className={css.note}>{t("results.noTable")}</Text>;
  return (
    <section className={css.pane} aria-label={t("results.title")}>
      <ResultsBar
        answer={answer}
        table={table}
        rows={() => rows.current?.rows() ?? table.rows}
        view={view}
        onView={setView}
        onTable={(index) => {
          setTableIndex(index);
          setChosen(undefined);
        }}
        visualization={visualization}
        onPin={onPin}
        onVisualization={(kind) => {
          setPicked(kind);
          onRender(kind);
        }}
      />
      {answer.partial.length > 0 && (
        <MessageBar intent="warning" layout="multiline" className={css.partial}>
          <MessageBarBody>
            <MessageBarTitle>{t("results.partial")}</MessageBarTitle>
            <div>{answer.partial[0]!.message}</div>
          </MessageBarBody>
        </MessageBar>
      )}
      <div className={css.body}>
        <Suspense fallback={<Waiting className={css.middle} />}>
          {view === "chart" && visualization ? (
            <ChartPane table={table} render={{ ...answer.render, visualization }} onNarrow={onNarrow} onPick={onPick} />
          ) : view === "plan" ? (
            <PlanView statistics={answer.statistics} />
          ) : view === "compare" ? (
            <CompareView table={table} chosen={chosen} onChoose={setChosen} onFilter={(at) => onFilter(table, at, true)} />
          ) : (
            <TablePane key={tableIndex} table={table} handle={rows}
              onFilter={onFilter}
              onNarrow={onNarrow}
              onCompare={(chosen) => {
                setChosen(chosen);
                setView("compare");
              }}
            />
          )}
        </Suspense>
      </div>
    </section>
  );
}

interface ChartPaneProps extends Pick<Props, "onNarrow" | "onPick"> {
  table: Table;
  render: Render;
}

function ChartPane({ table, render, onNarrow, onPick }: ChartPaneProps) {
  const drawn = useMemo(() => chartOf(table, render), [table, render.visualization]);
  const chart = useAnomalies(drawn, render);
  if (chart.type === "none") return <Text className={css.note}>{chart.problem}</Text>;
  const column = render.xcolumn || table.columns[timeColumn(table)]?.name;
  return <Chart chart={chart} onPick={(mark) => onPick(table, mark)} onBrush={column ? (from, to) => onNarrow(from, to, column) : undefined} />;
}

/** The rows that have a row's value in a column. */
function rowsLike({ columns }: Table, { row, column }: CellAt): Chosen {
  const { name, type } = columns[column]!;
  const value = row[column] ?? null;
  const text = plainText(value);
  return { name: compareTo(quoteName(name), type, value, true), column, has: (other) => plainText(other[column] ?? null) === text };
}

interface TablePaneProps extends Pick<Props, "onFilter" | "onNarrow"> {
  table: Table;
  handle: React.RefObject<GridHandle | null>;
  onCompare: (chosen: Chosen) => void;
}

function TablePane({ table, handle, onFilter, onNarrow, onCompare }: TablePaneProps) {
  const zone = useSettings((s) => s.zone);
  const narrow = useNarrow();
  const copy = useCopy();
  const [details, setDetails] = useState<{ row: Row; column: number }>();
  const [menu, setMenu] = useState<CellAt>();
  const [columnMenu, setColumnMenu] = useState<ColumnAt>();
  const [stats, setStats] = useState<number>();
  const [groupBy, setGroupBy] = useState<number[]>([]);
  const [dragging, setDragging] = useState(false);
  const groupBar = useRef<HTMLDivElement>(null);
  const group = (column: number) => setGroupBy((by) => (by.includes(column) ? by : [...by, column]));
  const drop = (at?: { column: number; x: number; y: number }) => {
    setDragging(at === undefined);
    const box = groupBar.current?.getBoundingClientRect();
    if (at && box && at.y >= box.top && at.y <= box.bottom && at.x >= box.left && at.x <= box.right) group(at.column);
  };
  const act = (action: ColumnAction) => {
    if (action === "group") group(columnMenu!.column);
    else if (action === "stats") setStats(columnMenu!.column);
    else handle.current?.act(columnMenu!.column, action);
  };
  const grid = (
    <Grid
      table={table}
      zone={zone}
      handle={handle}
      onOpen={(row, column) => setDetails({ row, column })}
      onFocusRow={(row) => setDetails((d) => d && { ...d, row })}
      onMenu={setMenu}
      onColumnMenu={setColumnMenu}
      groupBy={groupBy}
      noRows={t("results.noRowsHint")}
      onHeaderDrag={drop}
      onCopy={(text) => void copy(text, t("results.value"))}
    />
  );
  const side = details && (
    <RowDetails columns={table.columns} row={details.row} at={details.column} zone={zone} onClose={() => setDetails(undefined)} />
  );
  return (
    <div className={css.table}>
      <TimeHistogram table={table} onNarrow={onNarrow} />
      {(groupBy.length > 0 || dragging) && (
        <GroupBar ref={groupBar} columns={table.columns} by={groupBy} inviting={dragging} onRemove={(c) => setGroupBy(groupBy.filter((g) => g !== c))} />
      )}
      <div className={css.grid}>
        {narrow && side ? (
          side
        ) : (
          <Group orientation="horizontal" className={css.group}>
            <Panel id="grid" minSize="30%">
              {grid}
            </Panel>
            {side && <Separator className={splitter.vertical} aria-label={t("results.resizeDetails")} />}
            {side && (
              <Panel id="details" defaultSize="34%" minSize={220} groupResizeBehavior="preserve-pixel-size">
                {side}
              </Panel>
            )}
          </Group>
        )}
      </div>
      {columnMenu && <ColumnMenu at={columnMenu} grouped={groupBy.length > 0} onClose={() => setColumnMenu(undefined)} onAction={act} />}
      {stats !== undefined && (
        <Dialog open onOpenChange={() => setStats(undefined)}>
          <DialogSurface className={css.stats} aria-label={t("results.statistics", { column: table.columns[stats]!.name })}>
            <DialogBody>
              <DialogContent>
                <ColumnStats table={table} column={stats} zone={zone} />
              </DialogContent>
              <DialogActions>
                <Button onClick={() => setStats(undefined)}>{t("app.close")}</Button>
              </DialogActions>
            </DialogBody>
          </DialogSurface>
        </Dialog>
      )}
      {menu && (
        <CellMenu
          at={menu}
          column={table.columns[menu.column]!}
          onClose={() => setMenu(undefined)}
          onCopy={() => void copy(plainText(menu.row[menu.column] ?? null), t("results.value"))}
          onDetails={() => setDetails(menu)}
          onFilter={(keep) => onFilter(table, menu, keep)}
          onCompare={() => onCompare(rowsLike(table, menu))}
        />
      )}
    </div>
  );
}

