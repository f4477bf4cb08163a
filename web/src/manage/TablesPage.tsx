import { Badge, Button, Checkbox, Field, Input, Select, Tooltip } from "@fluentui/react-components";
import { AddRegular } from "@fluentui/react-icons/svg/add";
import { DeleteRegular } from "@fluentui/react-icons/svg/delete";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { deleteResource, patchResource, putResource, type Resource, type TableColumn, type TableProperties } from "../api/arm";
import { t } from "../i18n";
import { Ask } from "./Ask";
import { useTables } from "./data";
import { Failure } from "./Failure";
import { List } from "./List";
import css from "./manage.module.css";
import { Panel, Section } from "./Panel";
import { Remove } from "./Remove";
import { useChosenWorkspace, WorkspacePicker } from "./WorkspacePicker";

type One = Resource<TableProperties>;

const types = ["string", "int", "long", "real", "boolean", "dateTime", "guid", "dynamic"] as const;
const isCustom = (one: One) => one.properties.schema.tableType === "CustomLog";
const width = (one: One) => one.properties.schema.columns.length + (one.properties.schema.standardColumns?.length ?? 0);

/** The tables of a workspace. */
export function TablesPage() {
  const search = useSearch({ from: "/manage/tables" });
  const navigate = useNavigate();
  const workspace = useChosenWorkspace(search.workspace);
  const [making, setMaking] = useState(false);
  const { data, error } = useTables(workspace);
  const open = (name?: string) => void navigate({ to: "/manage/tables", search: { workspace, ...(name ? { table: name } : {}) } });
  const one = data?.find((b) => b.name === search.table);
  // One's own tables are those that one came for.
  const rows = data && [...data].sort((a, b) => Number(isCustom(b)) - Number(isCustom(a)) || a.name.localeCompare(b.name));
  return (
    <>
      <div className={css.head}>
        <h1 className={css.title}>{t("manage.tables")}</h1>
      </div>
      <List<One>
        label={t("manage.tables")}
        rows={rows}
        error={error}
        id={(b) => b.name}
        onOpen={(b) => open(b.name)}
        empty={t("manage.nothingFound")}
        columns={[
          { name: t("manage.name"), value: (b) => b.name, flex: 2 },
          {
            name: t("manage.kind"),
            value: (b) => t(isCustom(b) ? "manage.custom" : "manage.azure"),
            width: 120,
            render: (b) => (
              <Badge appearance="tint" color={isCustom(b) ? "brand" : "informative"}>
                {t(isCustom(b) ? "manage.custom" : "manage.azure")}
              </Badge>
            ),
          },
          { name: t("manage.plan"), value: (b) => b.properties.plan, width: 120 },
          { name: t("manage.retention"), value: (b) => b.properties.retentionInDays, width: 130, render: (b) => t("manage.days", { count: b.properties.retentionInDays }) },
          { name: t("manage.totalRetention"), value: (b) => b.properties.totalRetentionInDays, width: 140, render: (b) => t("manage.days", { count: b.properties.totalRetentionInDays }) },
          { name: t("manage.columns"), value: width, width: 110 },
        ]}
      >
        <WorkspacePicker value={workspace} onChange={(id) => void navigate({ to: "/manage/tables", search: { workspace: id } })} />
        <span className={css.spacer} />
        <Button appearance="primary" icon={<AddRegular />} onClick={() => setMaking(true)}>
          {t("manage.newTable")}
        </Button>
      </List>
      {one && <TablePanel key={one.id} table={one} workspace={workspace} onClose={() => open()} />}
      {making && <NewTable workspace={workspace} onClose={() => setMaking(false)} onMade={open} />}
    </>
  );
}

/** Days as one types them; nothing where they follow something else. */
const ofDays = (days: number, byDefault: boolean | undefined) => (byDefault ? "" : String(days));

function TablePanel({ table: b, workspace, onClose }: { table: One; workspace: string; onClose: () => void }) {
  const client = useQueryClient();
  const p = b.properties;
  const [plan, setPlan] = useState(p.plan);
  const [days, setDays] = useState(ofDays(p.retentionInDays, p.retentionInDaysAsDefault));
  const [total, setTotal] = useState(ofDays(p.totalRetentionInDays, p.totalRetentionInDaysAsDefault));
  const [fresh, setFresh] = useState<TableColumn[]>([]);
  const changed = () => client.invalidateQueries({ queryKey: ["arm", "tables", workspace] });
  const number = (text: string) => (text === "" ? -1 : Number(text));
  const custom = isCustom(b);
  const save = useMutation({
    mutationFn: () =>
      patchResource(b.id, {
        properties: {
          plan,
          retentionInDays: number(days),
          totalRetentionInDays: number(total),
          ...(fresh.length > 0 ? { schema: { name: b.name, columns: [...p.schema.columns, ...fresh].map(({ name, type, description = "" }) => ({ name, type, description })) } } : {}),
        },
      }),
    onSuccess: async () => {
      setFresh([]);
      await changed();
    },
  });
  const same = plan === p.plan && days === ofDays(p.retentionInDays, p.retentionInDaysAsDefault) && total === ofDays(p.totalRetentionInDays, p.totalRetentionInDaysAsDefault) && fresh.length === 0;
  const columns = [...p.schema.columns, ...(p.schema.standardColumns ?? [])];
  return (
    <Panel
      title={b.name}
      onClose={onClose}
      actions={
        <>
          <Button appearance="primary" disabled={same || save.isPending || fresh.some((c) => c.name === "")} onClick={() => save.mutate()}>
            {t("manage.save")}
          </Button>
          {custom && (
            <Remove
              name={b.name}
              warning={t("manage.warn_tables")}
              remove={() => deleteResource(b.id)}
              onRemoved={async () => {
                onClose();
                await changed();
              }}
            />
          )}
        </>
      }
    >
      {p.schema.description && <p className={css.none}>{p.schema.description}</p>}
      <Failure error={save.error} />
      <Section title={t("manage.settings")}>
        <div className={css.form}>
          <Field label={t("manage.plan")}>
            <Select value={plan} onChange={(_, d) => setPlan(d.value)}>
              {["Analytics", "Basic", "Auxiliary"].map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </Select>
          </Field>
          <div className={css.pair}>
            <Days label={t("manage.retentionDays")} value={days} usual={p.retentionInDays} onChange={setDays} byDefault={t("manage.asWorkspace")} />
            <Days label={t("manage.totalRetentionDays")} value={total} usual={p.totalRetentionInDays} onChange={setTotal} byDefault={t("manage.asRetention")} />
          </div>
        </div>
      </Section>
      <Section title={`${t("manage.schema")} (${columns.length})`}>
        <div className={css.scroll} tabIndex={0} role="region" aria-label={t("manage.schema")}>
          <table className={css.columns}>
            <thead>
              <tr>
                <th scope="col">{t("manage.column")}</th>
                <th scope="col">{t("manage.columnType")}</th>
                <th scope="col">{t("manage.description")}</th>
              </tr>
            </thead>
            <tbody>
              {columns.map((c) => (
                <tr key={c.name}>
                  <td>
                    <code>{c.name}</code>
                  </td>
                  <td>{c.type}</td>
                  <td className={css.faint}>{c.description}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <Columns columns={fresh} onChange={setFresh} />
      </Section>
    </Panel>
  );
}

/** A number of days, or the default. */
function Days({ label, value, usual, byDefault, onChange }: { label: string; value: string; usual: number; byDefault: string; onChange: (v: string) => void }) {
  return (
    <div>
      <Field label={label}>
        <Input type="number" min={4} max={4383} value={value} placeholder={String(usual)} disabled={value === ""} onChange={(_, d) => onChange(d.value || "")} />
      </Field>
      <Checkbox label={byDefault} checked={value === ""} onChange={(_, d) => onChange(d.checked ? "" : String(usual))} />
    </div>
  );
}

/** Columns that shall be. */
function Columns({ columns, onChange }: { columns: TableColumn[]; onChange: (c: TableColumn[]) => void }) {
  const set = (i: number, c: Partial<TableColumn>) => onChange(columns.map((one, j) => (i === j ? { ...one, ...c } : one)));
  return (
    <>
      {columns.map((c, i) => (
        <div key={i} className={css.newColumn}>
          <Field label={t("manage.column")}>
            <Input value={c.name} onChange={(_, d) => set(i, { name: d.value.trim() })} />
          </Field>
          <Field label={t("manage.columnType")}>
            <Select value={c.type} onChange={(_, d) => set(i, { type: d.value })}>
              {types.map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </Select>
          </Field>
          <Tooltip content={t("manage.removeNamed", { name: c.name || t("manage.column") })} relationship="label">
            <Button appearance="subtle" icon={<DeleteRegular />} onClick={() => onChange(columns.filter((_, j) => j !== i))} />
          </Tooltip>
        </div>
      ))}
      <div>
        <Button size="small" icon={<AddRegular />} onClick={() => onChange([...columns, { name: "", type: "string" }])}>
          {t("manage.addColumn")}
        </Button>
      </div>
    </>
  );
}

function NewTable({ workspace, onClose, onMade }: { workspace: string; onClose: () => void; onMade: (name: string) => void }) {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [columns, setColumns] = useState<TableColumn[]>([
    { name: "TimeGenerated", type: "dateTime" },
    { name: "Message", type: "string" },
  ]);
  const whole = name.trim().replace(/(_CL)?$/i, "_CL");
  const make = useMutation({
    mutationFn: () => putResource(`${workspace}/tables/${whole}`, { properties: { schema: { name: whole, columns } } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["arm", "tables", workspace] });
      onClose();
      onMade(whole);
    },
  });
  return (
    <Ask
      title={t("manage.newTable")}
      verb={t("manage.create")}
      onDo={() => make.mutate()}
      onClose={onClose}
      busy={make.isPending}
      error={make.error}
      disabled={name.trim() === "" || columns.length === 0 || columns.some((c) => c.name === "")}
    >
      <Field label={t("manage.name")} hint={t("manage.tableNameHint", { name: name.trim() === "" ? "…_CL" : whole })} required>
        <Input value={name} onChange={(_, d) => setName(d.value)} autoComplete="off" />
      </Field>
      <Columns columns={columns} onChange={setColumns} />
    </Ask>
  );
}
