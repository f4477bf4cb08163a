import { Button, MessageBar, MessageBarBody } from "@fluentui/react-components";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useRef } from "react";
import { getDashboards, putDashboard, spoken } from "../api/dashboards";
import { useLanguage, useSettings } from "../app/settings";
import { t } from "../i18n";
import { Waiting } from "../app/Waiting";
import { formatTime } from "../values/format";
import { newGuid } from "../values/guid";
import css from "./Dashboard.module.css";
import { newWorkbook, readWorkbook, type Workbook, writeWorkbook } from "./workbook";

/** All dashboards; a new one, or one from an Azure workbook's file. */
export function DashboardsPage() {
  const zone = useSettings((s) => s.zone);
  const language = useLanguage();
  const navigate = useNavigate();
  const client = useQueryClient();
  const file = useRef<HTMLInputElement>(null);
  const { data, error } = useQuery({ queryKey: ["dashboards"], queryFn: ({ signal }) => getDashboards(signal) });
  const create = useMutation({
    mutationFn: async ({ title, workbook }: { title: string; workbook: Workbook }) => putDashboard({ id: newGuid(), title, content: writeWorkbook(workbook) }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ["dashboards"] });
      await navigate({ to: "/dashboards/$id", params: { id }, search: { edit: "1" } });
    },
  });
  const open = useMutation({
    mutationFn: async (chosen: File) => create.mutateAsync({ title: chosen.name.replace(/\.(workbook|json)$/i, ""), workbook: readWorkbook(await chosen.text()) }),
  });
  const problem = error ?? create.error ?? (open.error && new Error(t("dashboard.noWorkbook", { problem: open.error.message })));
  return (
    <main className={css.page}>
      <div className={css.bar}>
        <h1 className={css.title}>{t("app.dashboards")}</h1>
        <input
          ref={file}
          type="file"
          hidden
          accept=".json,.workbook,application/json"
          aria-label={t("dashboard.import")}
          onChange={(e) => {
            const [chosen] = e.target.files ?? [];
            if (chosen) open.mutate(chosen);
            e.target.value = "";
          }}
        />
        <Button onClick={() => file.current!.click()}>{t("dashboard.import")}</Button>
        <Button appearance="primary" disabled={create.isPending} onClick={() => create.mutate({ title: t("dashboard.untitled"), workbook: newWorkbook() })}>
          {t("dashboard.new")}
        </Button>
      </div>
      {problem && (
        <MessageBar intent="error" className={css.messages!}>
          <MessageBarBody>{problem.message}</MessageBarBody>
        </MessageBar>
      )}
      {!data && !error && <Waiting />}
      {data?.length === 0 && <p className={css.faint}>{t("dashboard.noDashboards")}</p>}
      <ul className={css.cards}>
        {data?.map((d) => (
          <li key={d.id}>
            <Link to="/dashboards/$id" params={{ id: d.id }} className={css.card}>
              <strong>{spoken(d, language).title}</strong>
              <span className={css.faint}>{d.shipped ? t("dashboard.shipped") : `${d.modified ? formatTime(new Date(d.modified).toISOString(), zone).slice(0, 16) : ""} ${d.by ?? ""}`}</span>
            </Link>
          </li>
        ))}
      </ul>
    </main>
  );
}
