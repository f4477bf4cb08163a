import type { Statistics } from "../../api/query";
import { t } from "../../i18n";
import { formatBytes, formatElapsed, formatNumber, visible } from "../../values/format";
import css from "./PlanView.module.css";

/** How the server ran a query: what the index skipped, where the time went, the plan, the SQL. */
export function PlanView({ statistics }: { statistics: Statistics }) {
  const { query } = statistics;
  const { extents, rows, bytes } = query.inputDatasetStatistics;
  const seconds = (s: number) => formatElapsed(s * 1000);
  const figures: [string, string][] = [
    [t("plan.extents"), t("plan.extentsRead", { scanned: formatNumber(extents.scanned), total: formatNumber(extents.total), skipped: formatNumber(extents.total - extents.scanned) })],
    [t("plan.rows"), formatNumber(rows.scanned)],
    [t("plan.bytes"), formatBytes(bytes.scanned)],
    [t("plan.queue"), seconds(query.queueSeconds)],
    [t("plan.compile"), seconds(query.compileSeconds)],
    [t("plan.execute"), seconds(query.executeSeconds)],
  ];
  return (
    <div className={css.plan} tabIndex={0} role="group" aria-label={t("results.plan")}>
      <dl className={css.figures}>
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {query.plan && <Code title={t("results.plan")} text={query.plan} />}
      {(query.sql ?? []).map((sql, i) => (
        <Code key={i} title={t("plan.sql")} text={sql} />
      ))}
    </div>
  );
}

function Code({ title, text }: { title: string; text: string }) {
  return (
    <section>
      <h2 className={css.title}>{title}</h2>
      <pre className={css.code}>{visible(text)}</pre>
    </section>
  );
}
