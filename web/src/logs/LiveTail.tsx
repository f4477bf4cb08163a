import { Button, Text } from "@fluentui/react-components";
import { PauseRegular } from "@fluentui/react-icons/svg/pause";
import { PlayRegular } from "@fluentui/react-icons/svg/play";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState } from "react";
import { ApiError } from "../api/http";
import { runQuery } from "../api/query";
import { useSession } from "../app/session";
import { useSettings } from "../app/settings";
import { t } from "../i18n";
import { Waiting } from "../app/Waiting";
import { formatTime } from "../values/format";
import css from "./LiveTail.module.css";
import { timeColumn } from "./results/histogram";
import { Problems } from "./results/Problems";
import { follow, noTail, overlap, tailQuery } from "./tail";

const Grid = lazy(() => import("./results/Grid"));

interface Props {
  statement: string;
  /** For a query that cannot be followed: what it is sent when it is asked anew. */
  timespan: string | undefined;
}

/** The rows of a query as they arrive, newest first. */
export function LiveTail({ statement, timespan }: Props) {
  const { workspaceId } = useSession();
  const zone = useSettings((s) => s.zone);
  const [paused, setPaused] = useState(false);
  const [tail, setTail] = useState(noTail);
  const [whole, setWhole] = useState(false);
  const { data, error } = useQuery({
    queryKey: ["live", workspaceId, statement, whole],
    queryFn: ({ signal }) => runQuery(workspaceId, whole ? statement : tailQuery(statement), whole ? timespan : overlap, signal),
    refetchInterval: paused ? false : whole ? 5000 : 2000,
    enabled: !paused,
    structuralSharing: false,
    gcTime: 0,
  });
  useEffect(() => {
    const table = data?.tables[0];
    if (table) setTail((before) => (whole ? { ...noTail, table } : follow(before, table)));
  }, [data, whole]);
  // A query without TimeGenerated in its answer cannot be followed.
  const mistaken = !whole && error instanceof ApiError && error.status === 400;
  useEffect(() => {
    if (mistaken) setWhole(true);
  }, [mistaken]);

  const { table } = tail;
  const column = table ? timeColumn(table) : -1;
  const newest = column < 0 ? undefined : table!.rows[0]?.[column];
  return (
    <section className={css.live} aria-label={t("logs.live")}>
      <header className={css.bar}>
        <span className={paused ? css.idle : css.dot} aria-hidden="true" />
        <Text size={200} role="status" className={css.said}>
          {paused
            ? t("logs.livePaused")
            : table && table.rows.length > 0
              ? t("logs.liveRows", { n: table.rows.length.toLocaleString("en-US"), newest: newest ? formatTime(String(newest), zone).slice(0, 19) : "–" })
              : t("logs.liveWaiting")}
        </Text>
        <Button size="small" icon={paused ? <PlayRegular /> : <PauseRegular />} onClick={() => setPaused(!paused)}>
          {paused ? t("logs.resume") : t("logs.pause")}
        </Button>
      </header>
      {whole && <Text size={200} className={css.note}>{t("logs.liveNeedsTime")}</Text>}
      {error && !mistaken && <Problems error={error} locate={(p) => p} onGo={() => {}} />}
      <div className={css.rows}>
        <Suspense fallback={<Waiting />}>{table && <Grid table={table} zone={zone} />}</Suspense>
      </div>
    </section>
  );
}
