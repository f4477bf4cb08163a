import { MessageBar, MessageBarBody, MessageBarTitle, Spinner, Text } from "@fluentui/react-components";
import { lazy, Suspense, useMemo, useRef, useState } from "react";
import { Group, Panel, Separator } from "react-resizable-panels";
import type { Answer, Render } from "../../api/query";
import type { Row, Table } from "../../api/table";
import { useNarrow, useSettings } from "../../app/settings";
import { useCopy } from "../../app/toast";
import { Chart } from "../../charts/Chart";
import { chartOf, suggest } from "../../charts/spec";
import { useAnomalies } from "../../charts/useAnomalies";
import { plainText } from "../../values/format";
import splitter from "../Splitter.module.css";
import { CellMenu } from "./CellMenu";
import type { CellAt, GridHandle } from "./Grid";
import { ResultsBar, type View } from "./ResultsBar";
import css from "./ResultsPane.module.css";
import { RowDetails } from "./RowDetails";

const Grid = lazy(() => import("./Grid"));

interface Props {
  answer: Answer;
  /** Runs the query again within a stretch of time (milliseconds). */
  onNarrow: (from: number, to: number) => void;
  /** Writes a visualization into the query. */
  onRender: (visualization: string) => void;
  /** Runs the query again with one value kept or dropped. */
  onFilter: (table: Table, at: { row: Row; column: number }, keep: boolean) => void;
}

/** One answer: as a table, or as a chart when one is asked for or suits. */
export function ResultsPane({ answer, onNarrow, onRender, onFilter }: Props) {
  const asked = (answer.render.visualization ?? "").toLowerCase();
  const wantsChart = asked !== "" && asked !== "table";
  const [view, setView] = useState<View>(wantsChart ? "chart" : "results");
  const [tableIndex, setTableIndex] = useState(0);
  const [picked, setPicked] = useState<string>();
  const table = answer.tables[tableIndex];
  const suggested = useMemo(() => table && suggest(table), [table]);
  const visualization = picked ?? (wantsChart ? asked : suggested);
  const rows = useRef<GridHandle>(null);
  if (!table) return <Text className={css.note}>The query answered no table.</Text>;
  return (
    <section className={css.pane} aria-label="Results">
      <ResultsBar
        answer={answer}
        table={table}
        rows={() => rows.current?.rows() ?? table.rows}
        view={view}
        onView={setView}
        onTable={setTableIndex}
        visualization={visualization}
        onVisualization={(kind) => {
          setPicked(kind);
          onRender(kind);
        }}
      />
      {answer.partial.length > 0 && (
        <MessageBar intent="warning" layout="multiline" className={css.partial}>
          <MessageBarBody>
            <MessageBarTitle>The answer is not complete</MessageBarTitle>
            {answer.partial[0]!.message}
          </MessageBarBody>
        </MessageBar>
      )}
      <div className={css.body}>
        <Suspense fallback={<Spinner className={css.middle} delay={300} />}>
          {view === "chart" && visualization ? (
            <ChartPane table={table} render={{ ...answer.render, visualization }} onNarrow={onNarrow} />
          ) : (
            <TablePane key={tableIndex} table={table} handle={rows} onFilter={onFilter} />
          )}
        </Suspense>
      </div>
    </section>
  );
}

interface ChartPaneProps extends Pick<Props, "onNarrow"> {
  table: Table;
  render: Render;
}

function ChartPane({ table, render, onNarrow }: ChartPaneProps) {
  const drawn = useMemo(() => chartOf(table, render), [table, render.visualization]);
  const chart = useAnomalies(drawn, render);
  if (chart.type === "none") return <Text className={css.note}>{chart.problem}</Text>;
  return <Chart chart={chart} onBrush={onNarrow} />;
}

interface TablePaneProps extends Pick<Props, "onFilter"> {
  table: Table;
  handle: React.RefObject<GridHandle | null>;
}

function TablePane({ table, handle, onFilter }: TablePaneProps) {
  const zone = useSettings((s) => s.zone);
  const narrow = useNarrow();
  const copy = useCopy();
  const [details, setDetails] = useState<{ row: Row; column: number }>();
  const [menu, setMenu] = useState<CellAt>();
  const grid = (
    <Grid
      table={table}
      zone={zone}
      handle={handle}
      onOpen={(row, column) => setDetails({ row, column })}
      onFocusRow={(row) => setDetails((d) => d && { ...d, row })}
      onMenu={setMenu}
      onCopy={(text) => void copy(text, "Value")}
    />
  );
  const side = details && (
    <RowDetails columns={table.columns} row={details.row} at={details.column} zone={zone} onClose={() => setDetails(undefined)} />
  );
  return (
    <>
      {narrow && side ? (
        side
      ) : (
        <Group orientation="horizontal" className={css.group}>
          <Panel id="grid" minSize="30%">
            {grid}
          </Panel>
          {side && <Separator className={splitter.vertical} aria-label="Resize row details" />}
          {side && (
            <Panel id="details" defaultSize="34%" minSize={220} groupResizeBehavior="preserve-pixel-size">
              {side}
            </Panel>
          )}
        </Group>
      )}
      {menu && (
        <CellMenu
          at={menu}
          column={table.columns[menu.column]!}
          onClose={() => setMenu(undefined)}
          onCopy={() => void copy(plainText(menu.row[menu.column] ?? null), "Value")}
          onDetails={() => setDetails(menu)}
          onFilter={(keep) => onFilter(table, menu, keep)}
        />
      )}
    </>
  );
}

