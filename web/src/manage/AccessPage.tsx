import { Badge, Button, Field, Select, Tab, TabList, Textarea } from "@fluentui/react-components";
import { AddRegular } from "@fluentui/react-icons/svg/add";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { deleteResource, listResources, putResource, type Resource, type RoleAssignment } from "../api/arm";
import { t } from "../i18n";
import { newGuid } from "../values/guid";
import { Ask } from "./Ask";
import { type Principal, shortScope, usePrincipals, useRoles, useSubscription } from "./data";
import { describe } from "./describe";
import { List } from "./List";
import css from "./manage.module.css";
import { Panel, Section } from "./Panel";
import { PrincipalPicker } from "./PrincipalPicker";
import { Remove } from "./Remove";
import { RolesPart } from "./RolesPart";
import { ScopePicker } from "./ScopePicker";
import { Copyable } from "./Value";

type Assignment = Resource<RoleAssignment>;

/** Who may do what, where: the assignments of roles, and the roles. */
export function AccessPage() {
  const search = useSearch({ from: "/manage/access" });
  const navigate = useNavigate();
  const subscription = useSubscription();
  const scope = search.scope ?? subscription;
  const part = search.part === "roles" ? "roles" : "assignments";
  const go = (to: Record<string, string>) => void navigate({ to: "/manage/access", search: to });
  return (
    <>
      <div className={css.head}>
        <h1 className={css.title}>{t("manage.access")}</h1>
      </div>
      <TabList className={css.tabs!} selectedValue={part} onTabSelect={(_, d) => go({ part: String(d.value), scope })}>
        <Tab value="assignments">{t("manage.assignments")}</Tab>
        <Tab value="roles">{t("manage.roles")}</Tab>
      </TabList>
      {part === "roles" ? <RolesPart scope={subscription} /> : <Assignments scope={scope} onScope={(to) => go({ part, scope: to })} />}
    </>
  );
}

function Assignments({ scope, onScope }: { scope: string; onScope: (scope: string) => void }) {
  const [adding, setAdding] = useState(false);
  const [open, setOpen] = useState<Assignment>();
  const client = useQueryClient();
  const principals = usePrincipals();
  const roles = useRoles(scope);
  const { data, error } = useQuery({
    queryKey: ["arm", "assignments", scope],
    queryFn: ({ signal }) => listResources<Assignment>(`${scope === "/" ? "" : scope}/providers/Microsoft.Authorization/roleAssignments`, signal),
  });
  const who = (a: Assignment) => principals.find((p) => p.id === a.properties.principalId)?.name ?? a.properties.principalId;
  const role = (a: Assignment) => {
    const id = a.properties.roleDefinitionId.split("/").pop()!;
    return roles.data?.find((r) => r.name === id)?.properties.roleName ?? id;
  };
  const inherited = (a: Assignment) => a.properties.scope.toLowerCase() !== scope.toLowerCase() && scope.toLowerCase().startsWith(a.properties.scope.toLowerCase());
  return (
    <>
      <div className={css.scope}>
        <ScopePicker scope={scope} onChange={onScope} />
      </div>
      <List<Assignment>
        label={t("manage.assignments")}
        rows={data}
        error={error}
        id={(a) => a.id}
        onOpen={setOpen}
        empty={t("manage.none_assignments")}
        columns={[
          { name: t("manage.principal"), value: who, flex: 2 },
          { name: t("manage.kind"), value: (a) => t(`manage.type_${a.properties.principalType as Principal["type"]}`), width: 130 },
          { name: t("manage.role"), value: role, flex: 2 },
          {
            name: t("manage.scope"),
            value: (a) => (a.properties.scope.split("/").length <= 3 && a.properties.scope !== "/" ? t("manage.subscription") : shortScope(a.properties.scope)),
            flex: 2,
          },
          {
            name: t("manage.remarks"),
            value: (a) => [inherited(a) ? t("manage.inherited") : "", a.properties.condition ? t("manage.condition") : ""].join(" "),
            width: 190,
            render: (a) => (
              <span className={css.expiry}>
                {inherited(a) && <Badge appearance="tint" color="informative">{t("manage.inherited")}</Badge>}
                {a.properties.condition && <Badge appearance="tint" color="brand">{t("manage.condition")}</Badge>}
              </span>
            ),
          },
        ]}
      >
        <span className={css.spacer} />
        <Button appearance="primary" icon={<AddRegular />} onClick={() => setAdding(true)}>
          {t("manage.addAssignment")}
        </Button>
      </List>
      {adding && <AddAssignment scope={scope} onClose={() => setAdding(false)} />}
      {open && (
        <Panel
          title={`${who(open)}: ${role(open)}`}
          onClose={() => setOpen(undefined)}
          actions={
            <Remove
              name={`${who(open)}: ${role(open)}`}
              warning={t("manage.warn_assignments")}
              remove={() => deleteResource(open.id)}
              onRemoved={async () => {
                setOpen(undefined);
                await client.invalidateQueries({ queryKey: ["arm", "assignments"] });
              }}
            />
          }
        >
          <Section title={t("manage.ids")}>
            <Copyable label={t("manage.scope")} value={open.properties.scope} />
            <Copyable label={t("manage.objectId")} value={open.properties.principalId} />
            <Copyable label={t("manage.role")} value={open.properties.roleDefinitionId} />
          </Section>
          {open.properties.condition && (
            <Section title={t("manage.condition")}>
              <pre className={css.json} tabIndex={0}>{open.properties.condition}</pre>
            </Section>
          )}
        </Panel>
      )}
    </>
  );
}

function AddAssignment({ scope: here, onClose }: { scope: string; onClose: () => void }) {
  const client = useQueryClient();
  const [scope, setScope] = useState(here);
  const [role, setRole] = useState("");
  const [principal, setPrincipal] = useState<Principal>();
  const [condition, setCondition] = useState("");
  const roles = useRoles(scope);
  const list = [...(roles.data ?? [])].sort((a, b) => a.properties.roleName.localeCompare(b.properties.roleName));
  const chosen = list.find((r) => r.id === role);
  const add = useMutation({
    mutationFn: () =>
      putResource(`${scope === "/" ? "" : scope}/providers/Microsoft.Authorization/roleAssignments/${newGuid()}`, {
        properties: {
          roleDefinitionId: role,
          principalId: principal!.id,
          principalType: principal!.type,
          ...(condition.trim() ? { condition: condition.trim(), conditionVersion: "2.0" } : {}),
        },
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["arm", "assignments"] });
      onClose();
    },
  });
  return (
    <Ask title={t("manage.addAssignment")} verb={t("manage.add")} onDo={() => add.mutate()} onClose={onClose} busy={add.isPending} error={add.error} disabled={!role || !principal}>
      <ScopePicker scope={scope} onChange={setScope} />
      <Field label={t("manage.role")} required {...(chosen?.properties.description ? { hint: describe(chosen.properties.description) } : {})}>
        <Select value={role} onChange={(_, d) => setRole(d.value)}>
          <option value="">{t("manage.choose")}</option>
          {list.map((r) => (
            <option key={r.id} value={r.id}>
              {r.properties.roleName}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={t("manage.principal")} required>
        <PrincipalPicker label={t("manage.findPrincipal")} onPick={setPrincipal} />
      </Field>
      <Field label={t("manage.conditionOptional")} hint={t("manage.conditionHint")}>
        <Textarea className={css.area!} rows={3} value={condition} onChange={(_, d) => setCondition(d.value)} />
      </Field>
    </Ask>
  );
}
