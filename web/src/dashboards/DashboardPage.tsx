import { Button, Dropdown, Input, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger, MessageBar, MessageBarBody, MessageBarTitle, Option, Tooltip } from "@fluentui/react-components";
import { ArrowDownloadRegular } from "@fluentui/react-icons/svg/arrow-download";
import { EditRegular } from "@fluentui/react-icons/svg/edit";
import { HistoryRegular } from "@fluentui/react-icons/svg/history";
import { LinkRegular } from "@fluentui/react-icons/svg/link";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useBlocker, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useState } from "react";
import { deleteDashboard, type DashboardItem, getDashboard, putDashboard, spoken } from "../api/dashboards";
import { useLanguage, useNarrow } from "../app/settings";
import { useCopy } from "../app/toast";
import { t } from "../i18n";
import { Waiting } from "../app/Waiting";
import { defaultSpan } from "../kql/timespan";
import { download } from "../logs/results/download";
import { newGuid } from "../values/guid";
import css from "./Dashboard.module.css";
import { EditItem } from "./EditItem";
import { Ask } from "../manage/Ask";
import { Remove } from "../manage/Remove";
import { Items } from "./Items";
import { lacking } from "./lacking";
import { firstValues, parametersOf, resolved, timeOf } from "./parameters";
import { Versions } from "./Versions";
import { type Item, itemType, queriesOf, readWorkbook, type Workbook, withItem, writeWorkbook } from "./workbook";

export function DashboardPage() {
  const { id } = useParams({ from: "/dashboards/$id" });
  const language = useLanguage();
  const { data, error } = useQuery({ queryKey: ["dashboard", id], queryFn: ({ signal }) => getDashboard(id, signal) });
  if (error && !data) {
    return (
      <main className={css.page}>
        <p role="alert">{error.message}</p>
      </main>
    );
  }
  if (!data) return <Waiting />;
  return <Opened key={id} item={spoken(data, language)} />;
}

interface Draft {
  title: string;
  workbook: Workbook;
  /** The version that it replaces: another may come while one edits. */
  etag: string | undefined;
  /** The version that was made of it. */
  writtenAs?: string | undefined;
}

const refreshes = [0, 10, 30, 60, 300] as const;

function Opened({ item }: { item: DashboardItem }) {
  const search = useSearch({ from: "/dashboards/$id" });
  const navigate = useNavigate({ from: "/dashboards/$id" });
  const client = useQueryClient();
  const narrow = useNarrow();
  const copy = useCopy();
  const saved = useMemo<Draft>(() => ({ title: item.title, workbook: readWorkbook(item.content ?? ""), etag: item.etag }), [item.title, item.content, item.etag]);
  const [draft, setDraft] = useState<Draft | undefined>(search.edit === "1" && !item.shipped ? saved : undefined);
  const [edited, setEdited] = useState<Item>();
  const [versions, setVersions] = useState(false);
  const { title, workbook, etag } = draft ?? saved;
  const parameters = useMemo(() => parametersOf(workbook), [workbook]);
  const [choices, setChoices] = useState<Readonly<Record<string, string[]>>>({});
  const onChoices = useCallback((name: string, list: string[]) => setChoices((all) => (all[name]?.join("\u001f") === list.join("\u001f") ? all : { ...all, [name]: list })), []);
  const values = useMemo(() => resolved(firstValues(workbook, addressed(search)), parameters, choices), [workbook, search, parameters, choices]);
  const timeName = timeOf(parameters);
  // Who only looks at a dashboard has their own pace, in the address.
  const own = Number(search["refresh"]);
  const refresh = !draft && refreshes.some((s) => s === own) && search["refresh"] ? own : (workbook.yagura?.refresh ?? 0);
  const queries = useMemo(() => queriesOf(workbook.items), [workbook]);
  const lacks = useMemo(() => lacking(workbook), [workbook]);

  const { edit: _, ...withoutEdit } = search;
  const save = useMutation({
    mutationFn: async ({ asNew }: { asNew: boolean }) => {
      const content = writeWorkbook(workbook);
      return { ...(await putDashboard({ id: asNew ? newGuid() : item.id, title, content, etag: asNew ? undefined : etag })), content };
    },
    onSuccess: (written) => {
      // What was written is what is shown, at once: nothing is asked again, and no tile is drawn anew.
      client.setQueryData(["dashboard", written.id], written);
      setDraft((d) => d && { ...d, writtenAs: written.etag });
      void client.invalidateQueries({ queryKey: ["dashboards"] });
      void navigate({ to: "/dashboards/$id", params: { id: written.id }, search: withoutEdit, replace: written.id === item.id, ignoreBlocker: true });
    },
  });
  // What was written takes the draft's place once it has come, not a moment before.
  const isWritten = draft?.writtenAs !== undefined && draft.writtenAs === item.etag;
  useEffect(() => {
    if (isWritten) setDraft(undefined);
  }, [isWritten]);

  const dirty = draft !== undefined && draft.writtenAs === undefined && (draft.title !== saved.title || draft.workbook !== saved.workbook);
  const leaving = useBlocker({ shouldBlockFn: ({ current, next }) => dirty && current.pathname !== next.pathname, enableBeforeUnload: () => dirty, withResolver: true });

  const change = (next: Workbook) => setDraft({ title, workbook: next, etag });
  const add = (added: Item) => {
    change(withItem(workbook, added));
    setEdited(undefined);
  };
  const onValues = (changed: Readonly<Record<string, string | string[]>>) =>
    void navigate({ search: { ...search, ...Object.fromEntries(Object.entries(changed).map(([name, value]) => [`p.${name}`, [value].flat().join("\u001f")])) }, replace: true });
  const onValue = (name: string, value: string | string[]) => onValues({ [name]: value });

  return (
    <main className={css.page}>
      <div className={css.bar}>
        {draft && <h1 className={css.unseen}>{title}</h1>}
        {draft ? <Input className={css.title!} aria-label={t("dashboard.title")} value={title} onChange={(_, d) => setDraft({ ...draft, title: d.value })} /> : <h1 className={css.title}>{title}</h1>}
        <Dropdown
          className={css.refresh!}
          aria-label={t("dashboard.refresh")}
          value={refresh ? t("dashboard.every", { count: refresh }) : t("dashboard.noRefresh")}
          selectedOptions={[String(refresh)]}
          onOptionSelect={(_, d) => {
            if (draft) change({ ...workbook, yagura: { ...workbook.yagura, refresh: Number(d.optionValue) } });
            else void navigate({ search: { ...search, refresh: d.optionValue ?? "" }, replace: true });
          }}
        >
          {refreshes.map((s) => (
            <Option key={s} value={String(s)}>
              {s ? t("dashboard.every", { count: s }) : t("dashboard.noRefresh")}
            </Option>
          ))}
        </Dropdown>
        <Tooltip content={t("dashboard.share")} relationship="label">
          <Button appearance="subtle" icon={<LinkRegular />} onClick={() => void copy(location.href, t("logs.link"))} />
        </Tooltip>
        <Tooltip content={t("dashboard.export")} relationship="label">
          <Button appearance="subtle" icon={<ArrowDownloadRegular />} onClick={() => download(`${title}.workbook`, "application/json", writeWorkbook(workbook))} />
        </Tooltip>
        {!item.shipped && (
          <Tooltip content={t("dashboard.versions")} relationship="label">
            <Button appearance="subtle" icon={<HistoryRegular />} onClick={() => setVersions(true)} />
          </Tooltip>
        )}
        {!draft && (
          <Button icon={<EditRegular />} onClick={() => setDraft(saved)}>
            {t("dashboard.edit")}
          </Button>
        )}
        {draft && (
          <>
            <Menu>
              <MenuTrigger disableButtonEnhancement>
                <Button>{t("dashboard.add")}</Button>
              </MenuTrigger>
              <MenuPopover>
                <MenuList>
                  {newItems().map((n) => (
                    <MenuItem key={n.name} onClick={() => {
                        const { kind: _, ...item } = n;
                        add(item);
                      }}>
                      {t(`dashboard.add_${n.kind}`)}
                    </MenuItem>
                  ))}
                </MenuList>
              </MenuPopover>
            </Menu>
            {!item.shipped && (
              <Remove
                name={item.title}
                warning={t("dashboard.deleteWarning")}
                remove={() => deleteDashboard(item.id, etag ?? "*")}
                onRemoved={async () => {
                  void client.invalidateQueries({ queryKey: ["dashboards"] });
                  await navigate({ to: "/dashboards", ignoreBlocker: true });
                }}
              />
            )}
            <Button onClick={() => setDraft(undefined)}>{t("dashboard.discard")}</Button>
            <Button onClick={() => save.mutate({ asNew: true })}>{t("dashboard.saveCopy")}</Button>
            {!item.shipped && (
              <Button appearance="primary" onClick={() => save.mutate({ asNew: false })} disabled={save.isPending}>
                {t("dashboard.save")}
              </Button>
            )}
          </>
        )}
      </div>
      {save.error && (
        <MessageBar intent="error" className={css.messages!}>
          <MessageBarBody>{save.error.message}</MessageBarBody>
        </MessageBar>
      )}
      {lacks.length > 0 && (
        <MessageBar intent="warning" layout="multiline" className={css.messages!}>
          <MessageBarBody>
            <MessageBarTitle>{t("dashboard.lacks")}</MessageBarTitle>
            {lacks.join(", ")}
          </MessageBarBody>
        </MessageBar>
      )}
      {workbook.items.every((i) => i.type === itemType.parameters) && <p className={css.faint}>{t("dashboard.noTiles")}</p>}
      <Items
        items={workbook.items}
        around={{
          queries,
          parameters,
          values,
          choices,
          span: timeName ? String(values[timeName]) : defaultSpan,
          refresh,
          editing: draft !== undefined,
          narrow,
          onValue,
          onValues,
          onChoices,
          onEdit: setEdited,
          onRemove: (gone) => change({ ...workbook, items: mapped(workbook.items, (i) => (i === gone ? undefined : i)) }),
        }}
        onPlaces={(items) => change({ ...workbook, items })}
      />
      {edited && (
        <EditItem
          item={edited}
          onClose={() => setEdited(undefined)}
          onSave={(next) => {
            change({ ...workbook, items: mapped(workbook.items, (i) => (i === edited ? next : i)) });
            setEdited(undefined);
          }}
        />
      )}
      {leaving.status === "blocked" && (
        <Ask title={t("dashboard.leave")} verb={t("dashboard.discard")} onDo={leaving.proceed} onClose={leaving.reset}>
          <span>{t("dashboard.leaveWarning")}</span>
        </Ask>
      )}
      {versions && (
        <Versions
          id={item.id}
          onClose={() => setVersions(false)}
          onOpen={(v) => {
            setVersions(false);
            setDraft({ title: v.title, workbook: readWorkbook(v.content ?? ""), etag });
          }}
        />
      )}
    </main>
  );
}

/** An address carries parameters as p.<name>. */
const addressed = (search: Record<string, string>) => Object.fromEntries(Object.entries(search).flatMap(([k, v]) => (k.startsWith("p.") ? [[k.slice(2), v]] : [])));

/** Items with one replaced or gone, in groups too. */
function mapped(items: Item[], to: (item: Item) => Item | undefined): Item[] {
  return items.flatMap((i) => {
    const next = to(i);
    if (!next) return [];
    return [next === i && i.content.items ? { ...i, content: { ...i.content, items: mapped(i.content.items, to) } } : next];
  });
}

const newItems = (): (Item & { kind: "query" | "text" | "parameters" | "tabs" })[] => [
  { kind: "query", type: itemType.query, name: t("logs.query"), content: { title: t("logs.newQuery"), query: "Heartbeat\n| summarize count() by bin(TimeGenerated, 15m)\n| render timechart", queryType: 0, size: 0, timeContextFromParameter: "TimeRange" } },
  { kind: "text", type: itemType.text, name: t("dashboard.add_text"), content: { json: "## …" } },
  { kind: "parameters", type: itemType.parameters, name: t("dashboard.parameters"), content: { parameters: [{ name: "Text", type: 1, value: "" }] } },
  { kind: "tabs", type: itemType.links, name: t("dashboard.add_tabs"), content: { style: "tabs", links: [{ cellValue: "tab", linkTarget: "parameter", linkLabel: "1", subTarget: "1" }, { cellValue: "tab", linkTarget: "parameter", linkLabel: "2", subTarget: "2" }] } },
];
