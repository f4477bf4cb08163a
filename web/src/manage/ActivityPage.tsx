import { Badge, Button, Field, Input, Select } from "@fluentui/react-components";
import { FilterRegular } from "@fluentui/react-icons/svg/filter";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { type Activity, listPage, relative } from "../api/arm";
import { t } from "../i18n";
import { shortScope, usePrincipals, useResourceGroups, useSubscription } from "./data";
import { List } from "./List";
import css from "./manage.module.css";
import { Panel, Section } from "./Panel";
import { useMoment } from "./Value";

const spans = [1, 24, 24 * 7, 24 * 30, 24 * 90 - 1] as const;

/** The filter as Azure's API has it: what is empty is not asked for. */
function filterOf({ hours, status, caller, group, operation }: Record<string, string>, now: number): string {
  const text = (s: string) => `'${s.trim().replaceAll("'", "''")}'`;
  const terms = [`eventTimestamp ge '${new Date(now - Number(hours) * 3_600_000).toISOString()}'`];
  if (status) terms.push(`status eq ${text(status)}`);
  if (caller?.trim()) terms.push(`caller eq ${text(caller)}`);
  if (group) terms.push(`resourceGroupName eq ${text(group)}`);
  if (operation?.trim()) terms.push(`operations eq ${text(operation)}`);
  return terms.join(" and ");
}

/** Who did what to which resource, when, and with which result. */
export function ActivityPage() {
  const search = useSearch({ from: "/manage/activity" });
  const navigate = useNavigate();
  const subscription = useSubscription();
  const groups = useResourceGroups().data ?? [];
  const moment = useMoment();
  const [open, setOpen] = useState<Activity>();
  const asked = { hours: search.hours ?? "24", status: search.status ?? "", caller: search.caller ?? "", group: search.group ?? "", operation: search.operation ?? "" };
  const [filters, setFilters] = useState(false);
  const narrowing = Object.entries(asked).filter(([name, value]) => value !== (name === "hours" ? "24" : "")).length;
  const [caller, setCaller] = useState(asked.caller);
  const [operation, setOperation] = useState(asked.operation);
  const set = (part: Partial<typeof asked>) => {
    const search = Object.fromEntries(Object.entries({ ...asked, caller, operation, ...part }).filter(([, v]) => v.trim() !== ""));
    void navigate({ to: "/manage/activity", search });
  };
  const events = useInfiniteQuery({
    queryKey: ["arm", "activity", asked],
    queryFn: ({ pageParam, signal }) =>
      listPage<Activity>(`${subscription}/providers/Microsoft.Insights/eventtypes/management/values`, { $filter: filterOf(asked, Date.now()) }, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextLink && relative(last.nextLink),
    staleTime: 0,
  });
  const rows = events.data?.pages.flatMap((p) => p.value);
  // The log names applications by their object ids.
  const principals = usePrincipals();
  const who = (e: Activity) => principals.find((p) => p.id === e.caller)?.name ?? e.caller;
  return (
    <>
      <div className={css.head}>
        <h1 className={css.title}>{t("manage.activity")}</h1>
      </div>
      <form
        id="filters"
        className={[css.tools, css.filters, filters && css.filtersOpen].filter(Boolean).join(" ")}
        onSubmit={(e) => {
          e.preventDefault();
          set({});
        }}
      >
        <Field label={t("manage.time")}>
          <Select value={asked.hours} onChange={(_, d) => set({ hours: d.value })}>
            {spans.map((h) => (
              <option key={h} value={h}>
                {h < 48 ? t("time.hours", { count: h }) : t("time.days", { count: Math.ceil(h / 24) })}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={t("manage.status")}>
          <Select value={asked.status} onChange={(_, d) => set({ status: d.value })}>
            <option value="">{t("manage.any")}</option>
            <option value="Success">{t("manage.succeeded")}</option>
            <option value="Failure">{t("manage.failed")}</option>
          </Select>
        </Field>
        <Field label={t("manage.resourceGroup")}>
          <Select value={asked.group} onChange={(_, d) => set({ group: d.value })}>
            <option value="">{t("manage.any")}</option>
            {groups.map((g) => (
              <option key={g.id} value={g.name}>
                {g.name}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={t("manage.caller")}>
          <Input value={caller} onChange={(_, d) => setCaller(d.value)} onBlur={() => caller !== asked.caller && set({})} />
        </Field>
        <Field label={t("manage.operation")}>
          <Input value={operation} onChange={(_, d) => setOperation(d.value)} onBlur={() => operation !== asked.operation && set({})} />
        </Field>
        <Button type="submit" disabled={events.isFetching} onClick={() => void events.refetch()}>
          {t("manage.refresh")}
        </Button>
      </form>
      <List<Activity>
        label={t("manage.activity")}
        rows={rows}
        error={events.error}
        id={(e) => e.eventDataId}
        onOpen={setOpen}
        empty={t("manage.none_activity")}
        columns={[
          { name: t("manage.time"), value: (e) => e.eventTimestamp, width: 175, render: (e) => moment(e.eventTimestamp) },
          {
            name: t("manage.status"),
            value: outcome,
            width: 130,
            render: (e) => (
              <Badge appearance="tint" color={failed(e) ? "danger" : "success"}>
                {outcome(e)}
              </Badge>
            ),
          },
          { name: t("manage.operation"), value: (e) => e.operationName.value, flex: 3, width: 240 },
          { name: t("manage.resource"), value: (e) => shortScope(e.resourceId), flex: 2, width: 160 },
          { name: t("manage.caller"), value: who, flex: 2, width: 160 },
          { name: t("manage.address"), value: (e) => e.httpRequest?.clientIpAddress ?? "", width: 130 },
        ]}
      >
        <Button className={css.filtersButton!} icon={<FilterRegular />} aria-expanded={filters} aria-controls="filters" onClick={() => setFilters(!filters)}>
          {narrowing === 0 ? t("manage.filters") : t("manage.filtersSet", { n: narrowing })}
        </Button>
        <span className={css.spacer} />
        {events.hasNextPage && (
          <Button disabled={events.isFetchingNextPage} onClick={() => void events.fetchNextPage()}>
            {t("manage.more")}
          </Button>
        )}
      </List>
      {open && <Details event={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}

const failed = (e: Activity) => e.status.value === "Failed";
const outcome = (e: Activity) => t(failed(e) ? "manage.failed" : "manage.succeeded");

function Details({ event: e, onClose }: { event: Activity; onClose: () => void }) {
  const moment = useMoment();
  const caller = usePrincipals().find((p) => p.id === e.caller)?.name;
  const message = messageOf(e.properties?.["statusMessage"]);
  const facts: [string, string | undefined][] = [
    [t("manage.time"), moment(e.eventTimestamp)],
    [t("manage.status"), [outcome(e), e.subStatus?.value].filter(Boolean).join(" · ")],
    [t("manage.caller"), caller && caller !== e.caller ? `${caller} (${e.caller})` : e.caller],
    [t("manage.address"), e.httpRequest?.clientIpAddress],
    [t("manage.resource"), e.resourceId],
    [t("manage.request"), [e.httpRequest?.method, e.httpRequest?.uri].filter(Boolean).join(" ")],
    [t("manage.correlation"), e.correlationId],
    [t("manage.message"), message],
  ];
  return (
    <Panel title={e.operationName.value} onClose={onClose}>
      <Section title={t("manage.summary")}>
        <dl className={css.facts}>
          {facts
            .filter(([, value]) => value)
            .map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
        </dl>
      </Section>
      <Section title="JSON">
        <pre className={css.json} tabIndex={0}>
          {JSON.stringify(e, null, 2)}
        </pre>
      </Section>
    </Panel>
  );
}

/** What a refusal said. */
function messageOf(status: unknown): string | undefined {
  try {
    return (JSON.parse(String(status)) as { error: { message: string } }).error.message;
  } catch {
    return undefined;
  }
}
