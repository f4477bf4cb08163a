import {
  Button,
  Dropdown,
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Option,
  Tab,
  TabList,
  Text,
  Tooltip,
} from "@fluentui/react-components";
import { ArrowDownloadRegular } from "@fluentui/react-icons/svg/arrow-download";
import { DataBarVerticalRegular } from "@fluentui/react-icons/svg/data-bar-vertical";
import { DataUsageRegular } from "@fluentui/react-icons/svg/data-usage";
import { FlowchartRegular } from "@fluentui/react-icons/svg/flowchart";
import { PinRegular } from "@fluentui/react-icons/svg/pin";
import { TableRegular } from "@fluentui/react-icons/svg/table";
import type { Answer } from "../../api/query";
import type { Row, Table } from "../../api/table";
import { drawable } from "../../charts/spec";
import { compactNumber, dynamicValue, formatBytes, formatElapsed } from "../../values/format";
import { toCsv } from "../../values/csv";
import { printJson } from "../../values/json";
import { t } from "../../i18n";
import { download } from "./download";
import css from "./ResultsBar.module.css";

export type View = "results" | "chart" | "compare" | "plan";

interface Props {
  answer: Answer;
  table: Table;
  /** The rows as they stand in the grid. */
  rows: () => Row[];
  view: View;
  onView: (view: View) => void;
  onTable: (index: number) => void;
  visualization: string | undefined;
  onVisualization: (visualization: string) => void;
  /** Wants the query on a dashboard. */
  onPin: () => void;
}

/** Table or chart, how much there is, how long it took, and the way out. */
export function ResultsBar(p: Props) {
  const { answer, table } = p;
  const count = table.rows.length;
  const input = answer.statistics.query.inputDatasetStatistics;
  return (
    <div className={css.bar}>
      <TabList size="small" selectedValue={p.view} onTabSelect={(_, d) => p.onView(d.value as View)} aria-label={t("results.view")}>
        <Tab value="results" icon={<TableRegular />}>
          {t("results.title")}
        </Tab>
        <Tab value="chart" icon={<DataBarVerticalRegular />} disabled={!p.visualization}>
          {t("results.chart")}
        </Tab>
        <Tab value="compare" icon={<DataUsageRegular />} disabled={count < 2}>
          {t("compare.tab")}
        </Tab>
        <Tab value="plan" icon={<FlowchartRegular />}>
          {t("results.plan")}
        </Tab>
      </TabList>
      {p.view === "chart" && p.visualization && (
        <Dropdown
          size="small"
          className={css.kind}
          aria-label={t("results.kindOfChart")}
          value={p.visualization}
          selectedOptions={[p.visualization]}
          onOptionSelect={(_, d) => d.optionValue && p.onVisualization(d.optionValue)}
        >
          {drawable.map((kind) => (
            <Option key={kind}>{kind}</Option>
          ))}
        </Dropdown>
      )}
      {answer.tables.length > 1 && (
        <Dropdown
          size="small"
          className={css.kind}
          aria-label={t("results.whichTable")}
          value={table.name}
          selectedOptions={[String(answer.tables.indexOf(table))]}
          onOptionSelect={(_, d) => p.onTable(Number(d.optionValue))}
        >
          {answer.tables.map((t, i) => (
            <Option key={i} value={String(i)} text={t.name}>
              {t.name}
            </Option>
          ))}
        </Dropdown>
      )}
      <Tooltip content={costOf(answer)} relationship="description">
        <Text size={200} className={css.figures} role="status">
          {t("results.rows", { count, n: count.toLocaleString("en-US") })}
          {" "}
          {t("results.in", { elapsed: formatElapsed(answer.elapsedMs) })}
          {input?.rows && <span className={css.read}> · {t("results.read", { rows: compactNumber.format(input.rows.scanned), bytes: formatBytes(input.bytes?.scanned ?? 0) })}</span>}
        </Text>
      </Tooltip>
      <Tooltip content={t("dashboard.addTo")} relationship="label">
        <Button size="small" appearance="subtle" icon={<PinRegular />} onClick={p.onPin} className={css.pin!} />
      </Tooltip>
      <Menu positioning="below-end">
        <MenuTrigger disableButtonEnhancement>
          <Tooltip content={t("results.export")} relationship="label">
            <Button size="small" appearance="subtle" icon={<ArrowDownloadRegular />} className={css.export!} />
          </Tooltip>
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            <MenuItem onClick={() => download("yagura.csv", "text/csv", toCsv(table, p.rows()))}>CSV</MenuItem>
            <MenuItem onClick={() => download("yagura.json", "application/json", toJson(table, p.rows()))}>JSON</MenuItem>
            <MenuItem onClick={() => void exportParquet(table, p.rows())}>Parquet</MenuItem>
          </MenuList>
        </MenuPopover>
      </Menu>
    </div>
  );
}

/** What the answer cost, as far as the server's statistics say. */
function costOf({ statistics, elapsedMs, size }: Answer): string {
  const { executionTime, inputDatasetStatistics: input } = statistics.query;
  return [
    t("cost.all", { elapsed: formatElapsed(elapsedMs) }),
    t("cost.server", { elapsed: formatElapsed(executionTime * 1000) }),
    t("cost.rows", { n: input.rows.scanned.toLocaleString("en-US") }),
    t("cost.bytes", { bytes: formatBytes(input.bytes.scanned) }),
    t("cost.extents", { scanned: input.extents.scanned, total: input.extents.total }),
    t("cost.received", { n: compactNumber.format(size) }),
  ].join(" · ");
}

/** The writer is loaded when somebody wants it. */
async function exportParquet(table: Table, rows: Row[]) {
  const { toParquet } = await import("./parquet");
  download("yagura.parquet", "application/vnd.apache.parquet", toParquet(table.columns, rows));
}

function toJson(table: Table, rows: Row[]): string {
  const lines = rows.map((row) =>
    printJson(Object.fromEntries(table.columns.map((c, i) => [c.name, c.type === "dynamic" ? dynamicValue(row[i] ?? null) : (row[i] ?? null)]))),
  );
  return `[\n${lines.join(",\n")}\n]\n`;
}
