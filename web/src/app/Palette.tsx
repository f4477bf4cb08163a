import { Dialog, DialogSurface } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { useState } from "react";
import { getDashboards, spoken } from "../api/dashboards";
import { getMetadata } from "../api/metadata";
import { t } from "../i18n";
import { defaultSpan, filtersTime, inQuery } from "../kql/timespan";
import { addressOf } from "../logs/address";
import { useHistory } from "../logs/history";
import { useLogs } from "../logs/store";
import { find, type Found, queryOf } from "./find";
import css from "./Palette.module.css";
import { leave, useSession } from "./session";
import { useLanguage, useNarrow, useSettings } from "./settings";

const groups: Found["group"][] = ["command", "search", "dashboard", "table", "function", "query", "column", "history", "account"];

const manageParts = ["principals", "access", "workspaces", "tables", "rules", "keys", "activity"] as const;

/** Everything by its name: Ctrl+K. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const { workspaceId } = useSession();
  const navigate = useNavigate();
  const history = useHistory((s) => s.list);
  const { setTheme, setLanguage } = useSettings();
  const language = useLanguage();
  const [text, setText] = useState("");
  const metadata = useQuery({ queryKey: ["metadata", workspaceId], queryFn: ({ signal }) => getMetadata(workspaceId, signal), staleTime: 60_000 });
  const dashboards = useQuery({ queryKey: ["dashboards"], queryFn: ({ signal }) => getDashboards(signal), staleTime: 60_000 });
  const commands: Record<string, () => unknown> = {
    [t("app.logs")]: () => navigate({ to: "/logs" }),
    [t("app.dashboards")]: () => navigate({ to: "/dashboards" }),
    [t("advise.advice")]: () => navigate({ to: "/advise" }),
    [t("advise.simulate")]: () => navigate({ to: "/advise/simulate" }),
    [t("find.windows")]: () => navigate({ to: "/advise/windows" }),
    ...Object.fromEntries(manageParts.map((part) => [`${t("app.manage")}: ${t(`manage.${part}`)}`, () => navigate({ to: `/manage/${part}`, search: {} })])),
    [t("logs.newQuery")]: () => {
      useLogs.getState().open();
      void navigate({ to: "/logs" });
    },
    [t("find.light")]: () => setTheme("light"),
    [t("find.dark")]: () => setTheme("dark"),
    English: () => setLanguage("en"),
    日本語: () => setLanguage("ja"),
  };
  const found = find(text, { commands: Object.keys(commands), dashboards: dashboards.data?.map((d) => spoken(d, language)) ?? [], metadata: metadata.data, history });
  const choose = async (f: Found) => {
    onClose();
    if (f.group === "account") return leave();
    if (f.group === "command") return commands[f.title]!();
    if (f.group === "dashboard") return navigate({ to: "/dashboards/$id", params: { id: f.key.slice("dashboard/".length) }, search: {} });
    const past = queryOf(f, text, { history, metadata: metadata.data })!;
    return navigate({ to: "/logs", search: await addressOf(past.query, past.span ?? (filtersTime(past.query) ? inQuery : defaultSpan)) });
  };
  return (
    <Dialog open onOpenChange={(_, d) => !d.open && onClose()}>
      <DialogSurface className={css.surface!} aria-label={t("find.title")}>
        <Command shouldFilter={false} label={t("find.title")} className={css.palette}>
          <Command.Input autoFocus value={text} onValueChange={setText} placeholder={t(useNarrow() ? "find.placeholderShort" : "find.placeholder")} className={css.input} />
          <Command.List className={css.list}>
            <Command.Empty className={css.none}>{t("schema.nothing")}</Command.Empty>
            {groups.map((group) => {
              const members = found.filter((f) => f.group === group);
              return (
                members.length > 0 && (
                  <Command.Group key={group} heading={t(`find.${group}`)} className={css.group}>
                    {members.map((f) => (
                      <Command.Item key={f.key} value={f.key} onSelect={() => void choose(f)} className={css.item}>
                        <span className={css.title}>{f.title}</span>
                        {f.detail && <span className={css.detail}>{f.detail}</span>}
                      </Command.Item>
                    ))}
                  </Command.Group>
                )
              );
            })}
          </Command.List>
        </Command>
      </DialogSurface>
    </Dialog>
  );
}
