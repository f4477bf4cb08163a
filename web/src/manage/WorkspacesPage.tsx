import { Button, Field, Input, Select, Switch } from "@fluentui/react-components";
import { AddRegular } from "@fluentui/react-icons/svg/add";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { deleteResource, patchResource, putResource, type Resource, type Workspace } from "../api/arm";
import { t } from "../i18n";
import { Ask } from "./Ask";
import { groupOf, useResourceGroups, useWorkspaces } from "./data";
import { Failure } from "./Failure";
import { List } from "./List";
import css from "./manage.module.css";
import { Panel, Section } from "./Panel";
import { Remove } from "./Remove";
import { Copyable, useDay } from "./Value";

type One = Resource<Workspace>;

/** The workspaces. */
export function WorkspacesPage() {
  const { id } = useSearch({ from: "/manage/workspaces" });
  const navigate = useNavigate();
  const [making, setMaking] = useState(false);
  const { data, error } = useWorkspaces();
  const day = useDay();
  const open = (to?: string) => void navigate({ to: "/manage/workspaces", search: to ? { id: to } : {} });
  const one = data?.find((w) => w.id.toLowerCase() === id?.toLowerCase());
  return (
    <>
      <div className={css.head}>
        <h1 className={css.title}>{t("manage.workspaces")}</h1>
      </div>
      <List<One>
        label={t("manage.workspaces")}
        rows={data}
        error={error}
        id={(w) => w.id}
        onOpen={(w) => open(w.id)}
        empty={t("manage.none_workspaces")}
        columns={[
          { name: t("manage.name"), value: (w) => w.name, flex: 1 },
          { name: t("manage.resourceGroup"), value: (w) => groupOf(w.id), flex: 1 },
          { name: t("manage.retention"), value: (w) => w.properties.retentionInDays, width: 130, render: (w) => t("manage.days", { count: w.properties.retentionInDays }) },
          { name: t("manage.workspaceId"), value: (w) => w.properties.customerId, width: 320, render: (w) => <span className={css.code}>{w.properties.customerId}</span> },
          { name: t("manage.created"), value: (w) => (w.properties.createdDate ? day(w.properties.createdDate) : ""), width: 120 },
        ]}
      >
        <span className={css.spacer} />
        <Button appearance="primary" icon={<AddRegular />} onClick={() => setMaking(true)}>
          {t("manage.newWorkspace")}
        </Button>
      </List>
      {one && <WorkspacePanel key={one.id} workspace={one} onClose={() => open()} />}
      {making && <NewWorkspace onClose={() => setMaking(false)} onMade={open} />}
    </>
  );
}

function WorkspacePanel({ workspace: w, onClose }: { workspace: One; onClose: () => void }) {
  const client = useQueryClient();
  const [days, setDays] = useState(String(w.properties.retentionInDays));
  const byResource = w.properties.features?.enableLogAccessUsingOnlyResourcePermissions ?? false;
  const [open, setOpen] = useState(byResource);
  const changed = () => client.invalidateQueries({ queryKey: ["arm"] });
  const save = useMutation({
    mutationFn: () => patchResource(w.id, { properties: { retentionInDays: Number(days), features: { enableLogAccessUsingOnlyResourcePermissions: open } } }),
    onSuccess: changed,
  });
  const same = Number(days) === w.properties.retentionInDays && open === byResource;
  return (
    <Panel
      title={w.name}
      onClose={onClose}
      actions={
        <>
          <Button appearance="primary" disabled={same || !/^\d+$/.test(days) || save.isPending} onClick={() => save.mutate()}>
            {t("manage.save")}
          </Button>
          <Remove
            name={w.name}
            warning={t("manage.warn_workspaces")}
            remove={() => deleteResource(w.id)}
            onRemoved={async () => {
              onClose();
              await changed();
            }}
          />
        </>
      }
    >
      <Failure error={save.error} />
      <Section title={t("manage.ids")}>
        <Copyable label={t("manage.workspaceId")} value={w.properties.customerId} />
        <Copyable label={t("manage.resourceId")} value={w.id} />
      </Section>
      <Section title={t("manage.settings")}>
        <div className={css.form}>
          <Field label={t("manage.retentionDays")} hint={t("manage.retentionHint")}>
            <Input type="number" min={30} max={730} value={days} onChange={(_, d) => setDays(d.value)} />
          </Field>
          <Switch label={t("manage.byResource")} checked={open} onChange={(_, d) => setOpen(d.checked)} />
        </div>
      </Section>
      <Section title={t("manage.seeToo")}>
        <ul className={css.items}>
          <li>
            <Link to="/manage/tables" search={{ workspace: w.id }}>
              {t("manage.tables")}
            </Link>
          </li>
          <li>
            <Link to="/manage/keys" search={{ workspace: w.id }}>
              {t("manage.keys")}
            </Link>
          </li>
          <li>
            <Link to="/manage/access" search={{ scope: w.id }}>
              {t("manage.access")}
            </Link>
          </li>
        </ul>
      </Section>
    </Panel>
  );
}

function NewWorkspace({ onClose, onMade }: { onClose: () => void; onMade: (id: string) => void }) {
  const client = useQueryClient();
  const groups = useResourceGroups().data ?? [];
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState("");
  const [days, setDays] = useState("30");
  const group = groups.find((g) => g.id === chosen) ?? groups[0];
  const make = useMutation({
    mutationFn: () =>
      putResource<One>(`${group!.id}/providers/Microsoft.OperationalInsights/workspaces/${name.trim()}`, {
        location: group!.location ?? "local",
        properties: { sku: { name: "PerGB2018" }, retentionInDays: Number(days) },
      }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ["arm"] });
      onClose();
      onMade(id);
    },
  });
  return (
    <Ask title={t("manage.newWorkspace")} verb={t("manage.create")} onDo={() => make.mutate()} onClose={onClose} busy={make.isPending} error={make.error} disabled={!group || name.trim().length < 4}>
      <Field label={t("manage.name")} hint={t("manage.workspaceNameHint")} required>
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
      <Field label={t("manage.retentionDays")}>
        <Input type="number" min={30} max={730} value={days} onChange={(_, d) => setDays(d.value)} />
      </Field>
    </Ask>
  );
}
