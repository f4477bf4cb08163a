import { Button, ToggleButton, Tooltip } from "@fluentui/react-components";
import { LiveRegular } from "@fluentui/react-icons/svg/live";
import { LinkRegular } from "@fluentui/react-icons/svg/link";
import { PanelLeftRegular } from "@fluentui/react-icons/svg/panel-left";
import { PlayFilled } from "@fluentui/react-icons/svg/play";
import { StopFilled } from "@fluentui/react-icons/svg/stop";
import { TextIndentIncreaseRegular } from "@fluentui/react-icons/svg/text-indent-increase";
import type { Span } from "../kql/timespan";
import { TimeRange } from "./TimeRange";
import css from "./Toolbar.module.css";
import { t } from "../i18n";

interface Props {
  span: Span;
  onSpan: (span: Span) => void;
  running: boolean;
  onRun: () => void;
  onCancel: () => void;
  onFormat: () => void;
  onShare: () => void;
  live: boolean;
  onLive: (live: boolean) => void;
  onTables: () => void;
  tablesOpen: boolean;
  narrow: boolean;
}

export function Toolbar(p: Props) {
  return (
    <div className={css.bar} role="toolbar" aria-label={t("logs.query")}>
      <Tooltip content={p.tablesOpen ? t("logs.hideSide") : t("logs.showSide")} relationship="label">
        <Button appearance="subtle" icon={<PanelLeftRegular />} aria-expanded={p.tablesOpen} onClick={p.onTables} />
      </Tooltip>
      {p.running ? (
        <Button icon={<StopFilled />} onClick={p.onCancel} className={css.run}>
          {t("logs.cancel")}
        </Button>
      ) : (
        <Tooltip content={t("logs.runHint")} relationship="description">
          <Button appearance="primary" icon={<PlayFilled />} onClick={p.onRun} className={css.run}>
            {t("logs.run")}
          </Button>
        </Tooltip>
      )}
      <TimeRange span={p.span} onChange={p.onSpan} compact={p.narrow} />
      <Tooltip content={t("logs.liveHint")} relationship="description">
        <ToggleButton appearance="subtle" icon={<LiveRegular />} checked={p.live} aria-label={t("logs.live")} onClick={() => p.onLive(!p.live)}>
          {p.narrow ? "" : t("logs.live")}
        </ToggleButton>
      </Tooltip>
      <div className={css.space} />
      <Tooltip content={t("logs.format")} relationship="label">
        <Button appearance="subtle" icon={<TextIndentIncreaseRegular />} onClick={p.onFormat} />
      </Tooltip>
      <Tooltip content={t("logs.share")} relationship="label">
        <Button appearance="subtle" icon={<LinkRegular />} onClick={p.onShare} />
      </Tooltip>
    </div>
  );
}
