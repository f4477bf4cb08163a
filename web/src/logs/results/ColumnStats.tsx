import { Text } from "@fluentui/react-components";
import type { ColumnType, Table } from "../../api/table";
import { Waiting } from "../../app/Waiting";
import { t } from "../../i18n";
import { formatElapsed, formatNumber, formatReal, formatTime, oneLine, type Zone } from "../../values/format";
import type { ColumnStats as Stats } from "./columnStats";
import css from "./ColumnStats.module.css";
import { useColumnStats } from "./useColumnStats";

interface Props {
  table: Table;
  column: number;
  zone: Zone;
}

/** How many values a column has, the most frequent, and how they are spread. */
export function ColumnStats({ table, column, zone }: Props) {
  const stats = useColumnStats(table, column);
  const { name, type } = table.columns[column]!;
  return (
    <div className={css.stats}>
      <Text weight="semibold" block>
        {name} <span className={css.faint}>{type}</span>
      </Text>
      {stats ? <Known stats={stats} type={type} zone={zone} /> : <Waiting size="tiny" />}
    </div>
  );
}

function Known({ stats, type, zone }: { stats: Stats; type: ColumnType; zone: Zone }) {
  const most = stats.top[0]?.count ?? 1;
  const said = (n: number) => (type === "datetime" ? formatTime(new Date(n).toISOString(), zone) : type === "timespan" ? formatElapsed(n * 1000) : formatReal(n));
  const highest = Math.max(1, ...(stats.spread?.counts ?? []));
  return (
    <>
      <Text size={200} block className={css.faint}>
        {t("results.distinct", { count: stats.distinct, n: formatNumber(stats.distinct) })}
        {" · "}
        {t("results.emptyShare", { percent: ((100 * stats.empty) / Math.max(1, stats.rows)).toFixed(stats.empty ? 1 : 0) })}
      </Text>
      {stats.spread && (
        <>
          <svg className={css.spread} viewBox={`0 0 ${stats.spread.counts.length} 24`} preserveAspectRatio="none" aria-hidden="true">
            {stats.spread.counts.map((n, i) => (
              <rect key={i} x={i + 0.06} width={0.88} y={24 - (24 * n) / highest} height={(24 * n) / highest} />
            ))}
          </svg>
          <div className={css.ends}>
            <span>{said(stats.spread.min)}</span>
            {type !== "datetime" && <span>⌀ {said(stats.spread.average)}</span>}
            <span>{said(stats.spread.max)}</span>
          </div>
        </>
      )}
      {stats.distinct < stats.rows && (
        <ol className={css.top} aria-label={t("results.topValues")}>
          {stats.top.map(({ text, count }) => (
            <li key={text} className={css.line}>
              <span className={css.bar} style={{ width: `${(100 * count) / most}%` }} />
              <span className={css.value}>{oneLine(text, 80)}</span>
              <span className={css.count}>{((100 * count) / stats.rows).toFixed(1)} %</span>
            </li>
          ))}
        </ol>
      )}
    </>
  );
}
