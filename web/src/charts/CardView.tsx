import { useSettings } from "../app/settings";
import { isNumeric } from "../api/table";
import { formatCell, formatNumber, formatReal, oneLine } from "../values/format";
import css from "./CardView.module.css";
import type { CardChart } from "./spec";
import { t } from "../i18n";

/** The values of one row, large. */
export function CardView({ chart }: { chart: CardChart }) {
  const zone = useSettings((s) => s.zone);
  return (
    <div className={css.cards} tabIndex={0} role="group" aria-label={chart.title || t("chart.card")}>
      {chart.title && <h3 className={css.title}>{chart.title}</h3>}
      <dl className={css.list}>
        {chart.items.map(({ name, type, value }) => (
          <div key={name} className={css.card}>
            <dt className={css.name}>{name}</dt>
            <dd className={css.value}>{type === "real" ? formatReal(value) : isNumeric(type) && value !== null ? formatNumber(value) : oneLine(formatCell(value, type, zone), 200) || "–"}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
