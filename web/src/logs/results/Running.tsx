import { ProgressBar } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { getProgress, type Progress } from "../../api/query";
import { useSession } from "../../app/session";
import { Waiting } from "../../app/Waiting";
import { compactNumber, formatBytes, formatElapsed } from "../../values/format";
import css from "./ResultsPane.module.css";
import { t } from "../../i18n";

/** How long a query has been running, and what it reads. */
export function Running({ since, id }: { since: number; id: string }) {
  const { workspaceId } = useSession();
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 100);
    return () => clearInterval(timer);
  }, []);
  const elapsed = Math.max(0, now - since);
  const { data } = useQuery({
    queryKey: ["progress", workspaceId, id],
    queryFn: ({ signal }) => getProgress(workspaceId, id, signal),
    // Most answers are there before anybody could read it.
    enabled: elapsed > 700,
    refetchInterval: 500,
    gcTime: 0,
  });
  const text = t("results.running", { elapsed: formatElapsed(elapsed) });
  return (
    <div className={css.middle}>
      <div role="status">
        <Waiting delay={250} name={text} label={<span className={css.figures}>{text}</span>} />
      </div>
      {data && (
        <div className={css.progress}>
          {/* Without a value it moves: how far the query is, is not known. */}
          <ProgressBar aria-label={t("results.progress")} value={data.progress} thickness="large" />
          <p>{told(data)}</p>
        </div>
      )}
    </div>
  );
}

function told({ progress, rows, bytes, extents, skipped, answered }: Progress): string {
  const parts: string[] = progress === undefined ? [] : [`${Math.floor(progress * 100)}%`];
  parts.push(t("results.reading", { rows: compactNumber.format(rows), bytes: formatBytes(bytes) }), t("cost.extents", { scanned: extents, total: extents + skipped }));
  if (answered > 0) parts.push(t("results.answered", { rows: compactNumber.format(answered) }));
  return parts.join(" · ");
}
