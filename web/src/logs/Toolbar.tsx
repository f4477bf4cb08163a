import { Button, Tooltip } from "@fluentui/react-components";
import { LinkRegular } from "@fluentui/react-icons/svg/link";
import { PanelLeftRegular } from "@fluentui/react-icons/svg/panel-left";
import { PlayFilled } from "@fluentui/react-icons/svg/play";
import { StopFilled } from "@fluentui/react-icons/svg/stop";
import { TextIndentIncreaseRegular } from "@fluentui/react-icons/svg/text-indent-increase";
import type { Span } from "../kql/timespan";
import { TimeRange } from "./TimeRange";
import css from "./Toolbar.module.css";

interface Props {
  span: Span;
  onSpan: (span: Span) => void;
  running: boolean;
  onRun: () => void;
  onCancel: () => void;
  onFormat: () => void;
  onShare: () => void;
  onTables: () => void;
  tablesOpen: boolean;
  narrow: boolean;
}

export function Toolbar(p: Props) {
  return (
    <div className={css.bar} role="toolbar" aria-label="Query">
      <Tooltip content={p.tablesOpen ? "Hide tables" : "Show tables"} relationship="label">
        <Button appearance="subtle" icon={<PanelLeftRegular />} aria-expanded={p.tablesOpen} onClick={p.onTables} />
      </Tooltip>
      {p.running ? (
        <Button icon={<StopFilled />} onClick={p.onCancel} className={css.run}>
          Cancel
        </Button>
      ) : (
        <Tooltip content="Run (Shift+Enter)" relationship="description">
          <Button appearance="primary" icon={<PlayFilled />} onClick={p.onRun} className={css.run}>
            Run
          </Button>
        </Tooltip>
      )}
      <TimeRange span={p.span} onChange={p.onSpan} compact={p.narrow} />
      <div className={css.space} />
      <Tooltip content="Format the query" relationship="label">
        <Button appearance="subtle" icon={<TextIndentIncreaseRegular />} onClick={p.onFormat} />
      </Tooltip>
      <Tooltip content="Copy a link to this query" relationship="label">
        <Button appearance="subtle" icon={<LinkRegular />} onClick={p.onShare} />
      </Tooltip>
    </div>
  );
}
