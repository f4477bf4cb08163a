import { Badge, Button, Text, Tooltip } from "@fluentui/react-components";
import { CopyRegular } from "@fluentui/react-icons/svg/copy";
import { useSettings } from "../app/settings";
import { useCopy } from "../app/toast";
import { t } from "../i18n";
import { formatTime } from "../values/format";
import css from "./manage.module.css";

/** A value that one copies: an id, a key. */
export function Copyable({ label, value, shown = value }: { label: string; value: string; shown?: string }) {
  const copy = useCopy();
  return (
    <div className={css.value}>
      <Text size={200} className={css.faint}>
        {label}
      </Text>
      <div className={css.copyable}>
        <code className={css.code}>{shown}</code>
        <Tooltip content={t("manage.copy", { what: label })} relationship="label">
          <Button size="small" appearance="subtle" icon={<CopyRegular />} onClick={() => void copy(value, label)} />
        </Tooltip>
      </div>
    </div>
  );
}

export function useDay() {
  const zone = useSettings((s) => s.zone);
  return (time: string) => formatTime(time, zone).slice(0, 10);
}

export function useMoment() {
  const zone = useSettings((s) => s.zone);
  return (time: string) => formatTime(time, zone).slice(0, 19);
}

const day = 86_400_000;

/** Until when something is good; what soon ends, or has ended, is marked. */
export function Expiry({ end }: { end: string }) {
  const format = useDay();
  const left = Date.parse(end) - Date.now();
  return (
    <span className={css.expiry}>
      {format(end)}
      {left <= 0 ? (
        <Badge color="danger" appearance="tint">
          {t("manage.expired")}
        </Badge>
      ) : (
        left < 30 * day && (
          <Badge color="warning" appearance="tint">
            {t("manage.daysLeft", { count: Math.ceil(left / day) })}
          </Badge>
        )
      )}
    </span>
  );
}
