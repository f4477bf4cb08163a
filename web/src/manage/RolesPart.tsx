import { Badge, Button, Field, Input, Textarea } from "@fluentui/react-components";
import { AddRegular } from "@fluentui/react-icons/svg/add";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { deleteResource, putResource, type Resource, type RoleDefinition } from "../api/arm";
import { t } from "../i18n";
import { newGuid } from "../values/guid";
import { Failure } from "./Failure";
import { useRoles } from "./data";
import { describe } from "./describe";
import { List } from "./List";
import css from "./manage.module.css";
import { Panel, Section } from "./Panel";
import { Remove } from "./Remove";

type Role = Resource<RoleDefinition>;

const lists = ["actions", "notActions", "dataActions", "notDataActions"] as const;

/** The roles there are: Azure's, and those that were defined here. */
export function RolesPart({ scope }: { scope: string }) {
  const { data, error } = useRoles(scope);
  const [open, setOpen] = useState<string>();
  const one = data?.find((r) => r.name === open);
  const rows = data && [...data].sort((a, b) => a.properties.roleName.localeCompare(b.properties.roleName));
  return (
    <>
      <List<Role>
        label={t("manage.roles")}
        rows={rows}
        error={error}
        id={(r) => r.name}
        onOpen={(r) => setOpen(r.name)}
        empty={t("manage.nothingFound")}
        columns={[
          { name: t("manage.name"), value: (r) => r.properties.roleName, flex: 1, width: 260 },
          {
            name: t("manage.kind"),
            value: (r) => t(`manage.${r.properties.type}`),
            width: 130,
            render: (r) => (
              <Badge appearance="tint" color={r.properties.type === "CustomRole" ? "brand" : "informative"}>
                {t(`manage.${r.properties.type}`)}
              </Badge>
            ),
          },
          { name: t("manage.description"), value: (r) => describe(r.properties.description), flex: 2, width: 240 },
        ]}
      >
        <span className={css.spacer} />
        <Button appearance="primary" icon={<AddRegular />} onClick={() => setOpen("new")}>
          {t("manage.newRole")}
        </Button>
      </List>
      {(one || open === "new") && <RolePanel key={open} role={one} scope={scope} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function RolePanel({ role, scope, onClose }: { role: Role | undefined; scope: string; onClose: () => void }) {
  const client = useQueryClient();
  const p = role?.properties;
  const fixed = p?.type === "BuiltInRole";
  const of = (list: (typeof lists)[number]) => (p?.permissions ?? []).flatMap((one) => one[list] ?? []).join("\n");
  const [name, setName] = useState(p?.roleName ?? "");
  const [description, setDescription] = useState(p?.description ?? "");
  const [texts, setTexts] = useState(() => Object.fromEntries(lists.map((l) => [l, of(l)])) as Record<(typeof lists)[number], string>);
  const [scopes, setScopes] = useState((p?.assignableScopes ?? [scope]).join("\n"));
  const lines = (text: string) => text.split("\n").map((l) => l.trim()).filter(Boolean);
  const changed = () => client.invalidateQueries({ queryKey: ["arm", "roles"] });
  const save = useMutation({
    mutationFn: () => {
      const id = role?.id ?? `${scope}/providers/Microsoft.Authorization/roleDefinitions/${newGuid()}`;
      return putResource(id, {
        properties: { roleName: name.trim(), description, type: "CustomRole", assignableScopes: lines(scopes), permissions: [Object.fromEntries(lists.map((l) => [l, lines(texts[l])]))] },
      });
    },
    onSuccess: async () => {
      await changed();
      onClose();
    },
  });
  return (
    <Panel
      title={p?.roleName ?? t("manage.newRole")}
      onClose={onClose}
      {...(fixed
        ? {}
        : {
            actions: (
              <>
                <Button appearance="primary" disabled={name.trim() === "" || save.isPending} onClick={() => save.mutate()}>
                  {t("manage.save")}
                </Button>
                {role && (
                  <Remove
                    name={name}
                    warning={t("manage.warn_roles")}
                    remove={() => deleteResource(role.id)}
                    onRemoved={async () => {
                      onClose();
                      await changed();
                    }}
                  />
                )}
              </>
            ),
          })}
    >
      <Failure error={save.error} />
      {fixed ? (
        <p className={css.none}>{describe(p.description)}</p>
      ) : (
        <div className={css.form}>
          <Field label={t("manage.name")} required>
            <Input value={name} onChange={(_, d) => setName(d.value)} />
          </Field>
          <Field label={t("manage.description")}>
            <Input value={description} onChange={(_, d) => setDescription(d.value)} />
          </Field>
        </div>
      )}
      {lists
        .filter((l) => !fixed || texts[l] !== "")
        .map((l) => (
          <Section key={l} title={l}>
            {fixed ? (
              <pre className={css.json} tabIndex={0}>{texts[l]}</pre>
            ) : (
              <Textarea className={css.area!} aria-label={l} placeholder={t("manage.oneALine")} rows={l === "actions" ? 5 : 2} value={texts[l]} onChange={(_, d) => setTexts({ ...texts, [l]: d.value })} />
            )}
          </Section>
        ))}
      {!fixed && (
        <Section title={t("manage.assignableScopes")}>
          <Textarea className={css.area!} aria-label={t("manage.assignableScopes")} rows={2} value={scopes} onChange={(_, d) => setScopes(d.value)} />
        </Section>
      )}
    </Panel>
  );
}
