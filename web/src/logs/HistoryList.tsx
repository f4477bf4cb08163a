import { Button, Text } from "@fluentui/react-components";
import { useSettings } from "../app/settings";
import { t } from "../i18n";
import { formatTime, visible } from "../values/format";
import css from "./HistoryList.module.css";
import { type Past, useHistory } from "./history";

/** The statements that were run in this browser, newest first. */
export function HistoryList({ onOpen }: { onOpen: (past: Past) => void }) {
  const { list, clear } = useHistory();
  const zone = useSettings((s) => s.zone);
  if (list.length === 0) return <Text className={css.none}>{t("logs.noHistory")}</Text>;
  return (
    <div className={css.list}>
      <ol className={css.items} aria-label={t("logs.history")}>
        {list.map((past) => (
          <li key={past.query}>
            <button type="button" className={css.item} onClick={() => onOpen(past)}>
              <span className={css.time}>{formatTime(new Date(past.at).toISOString(), zone).slice(0, 16)}</span>
              <code className={css.query}>{visible(past.query.slice(0, 400))}</code>
            </button>
          </li>
        ))}
      </ol>
      <Button size="small" appearance="subtle" onClick={clear}>
        {t("logs.clearHistory")}
      </Button>
    </div>
  );
}
