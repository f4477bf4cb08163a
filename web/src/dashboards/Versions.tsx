import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { type DashboardItem, getRevisions } from "../api/dashboards";
import { useSettings } from "../app/settings";
import { t } from "../i18n";
import { Waiting } from "../app/Waiting";
import { formatTime } from "../values/format";
import css from "./Dashboard.module.css";

/** What a dashboard was before, to be opened for editing again. */
export function Versions({ id, onOpen, onClose }: { id: string; onOpen: (version: DashboardItem) => void; onClose: () => void }) {
  const zone = useSettings((s) => s.zone);
  const { data } = useQuery({ queryKey: ["revisions", id], queryFn: ({ signal }) => getRevisions(id, signal), staleTime: 0 });
  return (
    <Dialog open onOpenChange={(_, d) => !d.open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t("dashboard.versions")}</DialogTitle>
          <DialogContent>
            {!data ? (
              <Waiting />
            ) : data.length === 0 ? (
              t("dashboard.noVersions")
            ) : (
              <ol className={css.revisions}>
                {data.map((v) => (
                  <li key={v.id}>
                    <span>
                      {v.modified && formatTime(new Date(v.modified).toISOString(), zone).slice(0, 19)} {v.by}
                    </span>
                    <Button size="small" onClick={() => onOpen(v)}>
                      {t("dashboard.restore")}
                    </Button>
                  </li>
                ))}
              </ol>
            )}
          </DialogContent>
          {/* There from the start, so that the dialog has something to take the focus. */}
          <DialogActions>
            <Button onClick={onClose}>{t("app.close")}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
