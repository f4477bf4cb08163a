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
import { TableRegular } from "@fluentui/react-icons/svg/table";
import type { Answer } from "../../api/query";
import type { Row, Table } from "../../api/table";
import { drawable } from "../../charts/spec";
import { compactNumber, dynamicValue, formatElapsed } from "../../values/format";
import { toCsv } from "../../values/csv";
import { printJson } from "../../values/json";
import { download } from "./download";
import css from "./ResultsBar.module.css";

export type View = "results" | "chart";

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
}

/** Table or chart, how much there is, how long it took, and the way out. */
export function ResultsBar(p: Props) {
  const { answer, table } = p;
  const count = table.rows.length;
  return (
    <div className={css.bar}>
      <TabList size="small" selectedValue={p.view} onTabSelect={(_, d) => p.onView(d.value as View)} aria-label="View">
        <Tab value="results" icon={<TableRegular />}>
          Results
        </Tab>
        <Tab value="chart" icon={<DataBarVerticalRegular />} disabled={!p.visualization}>
          Chart
        </Tab>
      </TabList>
      {p.view === "chart" && p.visualization && (
        <Dropdown
          size="small"
          className={css.kind}
          aria-label="Kind of chart"
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
          aria-label="Result table"
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
          {count.toLocaleString("en-US")} {count === 1 ? "row" : "rows"}
          <span className={css.elapsed}> in {formatElapsed(answer.elapsedMs)}</span>
        </Text>
      </Tooltip>
      <Menu positioning="below-end">
        <MenuTrigger disableButtonEnhancement>
          <Tooltip content="Export" relationship="label">
            <Button size="small" appearance="subtle" icon={<ArrowDownloadRegular />} />
          </Tooltip>
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            <MenuItem onClick={() => download("yagura.csv", "text/csv", toCsv(table, p.rows()))}>CSV</MenuItem>
            <MenuItem onClick={() => download("yagura.json", "application/json", toJson(table, p.rows()))}>JSON</MenuItem>
          </MenuList>
        </MenuPopover>
      </Menu>
    </div>
  );
}

/** What the answer cost, as far as the server's statistics say. */
function costOf({ statistics, elapsedMs, size }: Answer): string {
  const { executionTime, inputDatasetStatistics: input } = statistics.query ?? {};
  const parts = [`${formatElapsed(elapsedMs)} in all`];
  if (executionTime !== undefined) parts.push(`${formatElapsed(executionTime * 1000)} in the server`);
  if (input?.rows) parts.push(`${input.rows.scanned.toLocaleString("en-US")} rows read`);
  if (input?.bytes) parts.push(`${compactNumber.format(input.bytes.scanned)} bytes read`);
  if (input?.extents) parts.push(`${input.extents.scanned} of ${input.extents.total} extents`);
  return [...parts, `${compactNumber.format(size)} characters received`].join(" · ");
}

function toJson(table: Table, rows: Row[]): string {
  const lines = rows.map((row) =>
    printJson(Object.fromEntries(table.columns.map((c, i) => [c.name, c.type === "dynamic" ? dynamicValue(row[i] ?? null) : (row[i] ?? null)]))),
  );
  return `[\n${lines.join(",\n")}\n]\n`;
}
