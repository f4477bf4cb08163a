import { Button, Field, Input, Select } from "@fluentui/react-components";
import { AddRegular } from "@fluentui/react-icons/svg/add";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { listResources, type Resource, type RuleProperties } from "../api/arm";
import { useSession } from "../app/session";
import { t } from "../i18n";
import { Ask } from "./Ask";
import { groupOf, useResourceGroups, useSubscription } from "./data";
import { List } from "./List";
import css from "./manage.module.css";
import { RulePanel } from "./RulePanel";

type One = Resource<RuleProperties>;

/** The data collection rules. */
export function RulesPage() {
  const { id } = useSearch({ from: "/manage/rules" });
  const navigate = useNavigate();
  const subscription = useSubscription();
  const [fresh, setFresh] = useState<One>();
  const [making, setMaking] = useState(false);
  const { data, error } = useQuery({
    queryKey: ["arm", "rules"],
    queryFn: ({ signal }) => listResources<One>(`${subscription}/providers/Microsoft.Insights/dataCollectionRules`, signal),
  });
  const open = (to?: string) => void navigate({ to: "/manage/rules", search: to ? { id: to } : {} });
  const one = data?.find((r) => r.id.toLowerCase() === id?.toLowerCase());
  const streams = (r: One) => (r.properties.dataFlows ?? []).flatMap((f) => f.streams ?? []).join(", ");
  const tables = (r: One) => [...new Set((r.properties.dataFlows ?? []).map((f) => (f.outputStream ?? f.streams?.[0] ?? "").replace(/^(Custom|Microsoft)-(Table-)?/, "")))].join(", ");
  return (
    <>
      <div className={css.head}>
        <h1 className={css.title}>{t("manage.rules")}</h1>
      </div>
      <List<One>
        label={t("manage.rules")}
        rows={data}
        error={error}
        id={(r) => r.id}
        onOpen={(r) => open(r.id)}
        empty={t("manage.none_rules")}
        columns={[
          { name: t("manage.name"), value: (r) => r.name, flex: 1 },
          { name: t("manage.resourceGroup"), value: (r) => groupOf(r.id), width: 150 },
          { name: t("manage.kind"), value: (r) => r.kind ?? "", width: 110 },
          { name: t("manage.streams"), value: streams, flex: 2 },
          { name: t("manage.toTables"), value: tables, flex: 1 },
          { name: t("manage.immutableId"), value: (r) => r.properties.immutableId ?? "", width: 300, render: (r) => <span className={css.code}>{r.properties.immutableId}</span> },
        ]}
      >
        <span className={css.spacer} />
        <Button appearance="primary" icon={<AddRegular />} onClick={() => setMaking(true)}>
          {t("manage.newRule")}
        </Button>
      </List>
      {one && <RulePanel key={one.id} rule={one} onClose={() => open()} />}
      {fresh && <RulePanel key="new" rule={fresh} onClose={() => setFresh(undefined)} isNew />}
      {making && (
        <NewRule
          onClose={() => setMaking(false)}
          onMade={(r) => {
            setMaking(false);
            setFresh(r);
          }}
        />
      )}
    </>
  );
}

/** Begins a rule, which the panel then shows to be finished. */
function NewRule({ onClose, onMade }: { onClose: () => void; onMade: (rule: One) => void }) {
  const session = useSession();
  const groups = useResourceGroups().data ?? [];
  const [name, setName] = useState("");
  const [table, setTable] = useState("");
  const [chosen, setChosen] = useState("");
  const group = groups.find((g) => g.id === chosen) ?? groups[0];
  const begin = () => {
    const stream = `Custom-${table.trim()}`;
    onMade({
      id: `${group!.id}/providers/Microsoft.Insights/dataCollectionRules/${name.trim()}`,
      name: name.trim(),
      type: "Microsoft.Insights/dataCollectionRules",
      location: group!.location ?? "local",
      kind: "Direct",
      properties: {
        streamDeclarations: { [stream]: { columns: [{ name: "TimeGenerated", type: "datetime" }, { name: "Message", type: "string" }] } },
        destinations: { logAnalytics: [{ name: "workspace", workspaceResourceId: session.workspace }] },
        dataFlows: [{ streams: [stream], destinations: ["workspace"], transformKql: "source", outputStream: stream }],
      },
    });
  };
  return (
    <Ask title={t("manage.newRule")} verb={t("manage.goOn")} onDo={begin} onClose={onClose} disabled={!group || name.trim().length < 2 || table.trim() === ""}>
      <Field label={t("manage.name")} required>
        <Input value={name} onChange={(_, d) => setName(d.value)} autoComplete="off" />
      </Field>
      <Field label={t("manage.resourceGroup")}>
        <Select value={group?.id ?? ""} onChange={(_, d) => setChosen(d.value)}>
          {groups.map((g) => (
            <option key={g.id} value={g.id}>
              {g.name}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={t("manage.toTable")} hint={t("manage.toTableHint")} required>
        <Input value={table} onChange={(_, d) => setTable(d.value)} autoComplete="off" placeholder="App_CL" />
      </Field>
    </Ask>
  );
}
