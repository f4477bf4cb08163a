import { Field, Select } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { listResources, type Resource } from "../api/arm";
import { t } from "../i18n";
import { groupOf, useResourceGroups, useSubscription, useTables } from "./data";
import css from "./manage.module.css";

const tableScope = /^(.*\/workspaces\/[^/]+)(?:\/tables\/([^/]+))?$/i;

/** Chooses where a role counts: the subscription, a group, a resource, a table of a workspace. */
export function ScopePicker({ scope, onChange }: { scope: string; onChange: (scope: string) => void }) {
  const subscription = useSubscription();
  const groups = useResourceGroups();
  const resources = useQuery({ queryKey: ["arm", "resources"], queryFn: ({ signal }) => listResources<Resource>(`${subscription}/resources`, signal) });
  const [, workspace, table = ""] = tableScope.exec(scope) ?? [];
  const tables = useTables(workspace ?? "");
  return (
    <div className={css.pair}>
      <Field label={t("manage.scope")}>
        <Select value={workspace ?? scope} onChange={(_, d) => onChange(d.value)}>
          <option value="/">{t("manage.tenant")}</option>
          <option value={subscription}>{t("manage.subscription")}</option>
          {groups.data?.map((g) => (
            <optgroup key={g.id} label={t("manage.groupNamed", { name: g.name })}>
              <option value={g.id}>{t("manage.wholeGroup", { name: g.name })}</option>
              {resources.data
                ?.filter((r) => groupOf(r.id).toLowerCase() === g.name.toLowerCase())
                .map((r) => (
                  <option key={r.id} value={r.id}>
                    {r.name} ({r.type.split("/").pop()})
                  </option>
                ))}
            </optgroup>
          ))}
        </Select>
      </Field>
      {workspace && (
        <Field label={t("manage.table")}>
          <Select value={table} onChange={(_, d) => onChange(d.value ? `${workspace}/tables/${d.value}` : workspace)}>
            <option value="">{t("manage.allTables")}</option>
            {tables.data?.map((one) => (
              <option key={one.name} value={one.name}>
                {one.name}
              </option>
            ))}
          </Select>
        </Field>
      )}
    </div>
  );
}
