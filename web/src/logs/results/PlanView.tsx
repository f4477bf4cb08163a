import { Text } from "@fluentui/react-components";
import type { Statistics } from "../../api/query";
import { t } from "../../i18n";
import { formatElapsed, formatNumber, visible } from "../../values/format";
import css from "./PlanView.module.css";

/** How the server ran a query: what the index skipped, where the time went, the plan, the SQL. */
export function PlanView({ statistics }: { statistics: Statistics }) {
  const { query } = statistics;
  if (!query) return <Text className={css.none}>{t("plan.none")}</Text>;
  const { extents, rows, bytes } = query.inputDatasetStatistics ?? {};
  const seconds = (s: number | undefined) => (s === undefined ? undefined : formatElapsed(s * 1000));
  const figures: [string, string | undefined][] = [
    [t("plan.extents"), extents && t("plan.extentsRead", { scanned: formatNumber(extents.scanned), total: formatNumber(extents.total), skipped: formatNumber(extents.total - extents.scanned) })],
    [t("plan.rows"), rows && formatNumber(rows.scanned)],
    [t("plan.bytes"), bytes && formatNumber(bytes.scanned)],
    [t("plan.queue"), seconds(query.queueSeconds)],
    [t("plan.compile"), seconds(query.compileSeconds)],
    [t("plan.execute"), seconds(query.executeSeconds)],
  ];
  return (
    <div className={css.plan} tabIndex={0} role="group" aria-label={t("results.plan")}>
      <dl className={css.figures}>
        {figures.map(
          ([name, value]) =>
            value !== undefined && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
      {query.plan && <Code title={t("results.plan")} text={query.plan} />}
      {[query.sql ?? []].flat().map((sql, i) => (
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
