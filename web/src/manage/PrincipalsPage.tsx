import { Badge, Button, Field, Input, Tab, TabList } from "@fluentui/react-components";
import { AddRegular } from "@fluentui/react-icons/svg/add";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { type Application, type Group, postGraph, type User } from "../api/graph";
import { t } from "../i18n";
import { ApplicationPanel } from "./ApplicationPanel";
import { Ask } from "./Ask";
import { useApplications, useGroups, useUsers } from "./data";
import { GroupPanel } from "./GroupPanel";
import { List } from "./List";
import css from "./manage.module.css";
import { UserPanel } from "./UserPanel";
import { Expiry, useDay } from "./Value";

type Kind = "applications" | "users" | "groups";

/** Who can sign in, and the groups that they are in. */
export function PrincipalsPage() {
  const { kind: asked, id } = useSearch({ from: "/manage/principals" });
  const kind: Kind = asked === "users" || asked === "groups" ? asked : "applications";
  const navigate = useNavigate();
  const [making, setMaking] = useState(false);
  const go = (to: Kind, open?: string) => void navigate({ to: "/manage/principals", search: open ? { kind: to, id: open } : { kind: to } });
  const make = (
    <>
      <span className={css.spacer} />
      <Button appearance="primary" icon={<AddRegular />} onClick={() => setMaking(true)}>
        {t(`manage.new_${kind}`)}
      </Button>
    </>
  );
  return (
    <>
      <div className={css.head}>
        <h1 className={css.title}>{t("manage.principals")}</h1>
      </div>
      <TabList className={css.tabs!} selectedValue={kind} onTabSelect={(_, d) => go(d.value as Kind)}>
        <Tab value="applications">{t("manage.applications")}</Tab>
        <Tab value="users">{t("manage.users")}</Tab>
        <Tab value="groups">{t("manage.groups")}</Tab>
      </TabList>
      {kind === "applications" && <Applications make={make} open={id} onOpen={(a) => go(kind, a)} />}
      {kind === "users" && <Users make={make} open={id} onOpen={(u) => go(kind, u)} />}
      {kind === "groups" && <Groups make={make} open={id} onOpen={(g) => go(kind, g)} />}
      {making && <Make kind={kind} onClose={() => setMaking(false)} onMade={(made) => go(kind, made)} />}
    </>
  );
}

interface Part {
  make: React.ReactNode;
  open: string | undefined;
  onOpen: (id?: string) => void;
}

/** The first end among an application's secrets and certificates. */
const firstEnd = (a: Application) => [...a.passwordCredentials, ...a.keyCredentials].map((c) => c.endDateTime).sort()[0];

function Applications({ make, open, onOpen }: Part) {
  const { data, error } = useApplications();
  const day = useDay();
  const one = data?.find((a) => a.id === open);
  return (
    <>
      <List<Application>
        label={t("manage.applications")}
        rows={data}
        error={error}
        id={(a) => a.id}
        onOpen={(a) => onOpen(a.id)}
        empty={t("manage.none_applications")}
        columns={[
          { name: t("manage.name"), value: (a) => a.displayName, flex: 2 },
          { name: t("manage.clientId"), value: (a) => a.appId, width: 320, render: (a) => <span className={css.code}>{a.appId}</span> },
          { name: t("manage.secrets"), value: (a) => a.passwordCredentials.length, width: 110 },
          { name: t("manage.certificates"), value: (a) => a.keyCredentials.length, width: 120 },
          { name: t("manage.firstExpiry"), value: (a) => firstEnd(a) ?? "", width: 210, render: (a) => (firstEnd(a) ? <Expiry end={firstEnd(a)!} /> : "–") },
          { name: t("manage.created"), value: (a) => day(a.createdDateTime), width: 120 },
        ]}
      >
        {make}
      </List>
      {one && <ApplicationPanel application={one} onClose={() => onOpen()} />}
    </>
  );
}

function Users({ make, open, onOpen }: Part) {
  const { data, error } = useUsers();
  const day = useDay();
  const one = data?.find((u) => u.id === open);
  return (
    <>
      <List<User>
        label={t("manage.users")}
        rows={data}
        error={error}
        id={(u) => u.id}
        onOpen={(u) => onOpen(u.id)}
        empty={t("manage.none_users")}
        columns={[
          { name: t("manage.name"), value: (u) => u.displayName, flex: 1 },
          { name: t("manage.signInName"), value: (u) => u.userPrincipalName, flex: 1 },
          { name: t("manage.state"), value: (u) => (u.accountEnabled ? t("manage.enabled") : t("manage.disabled")), width: 130, render: (u) => <Badge appearance="tint" color={u.accountEnabled ? "success" : "informative"}>{u.accountEnabled ? t("manage.enabled") : t("manage.disabled")}</Badge> },
          { name: t("manage.created"), value: (u) => day(u.createdDateTime), width: 120 },
        ]}
      >
        {make}
      </List>
      {one && <UserPanel user={one} onClose={() => onOpen()} />}
    </>
  );
}

function Groups({ make, open, onOpen }: Part) {
  const { data, error } = useGroups();
  const day = useDay();
  const one = data?.find((g) => g.id === open);
  return (
    <>
      <List<Group>
        label={t("manage.groups")}
        rows={data}
        error={error}
        id={(g) => g.id}
        onOpen={(g) => onOpen(g.id)}
        empty={t("manage.none_groups")}
        columns={[
          { name: t("manage.name"), value: (g) => g.displayName, flex: 1 },
          { name: t("manage.members"), value: (g) => g["members@odata.count"], width: 130 },
          { name: t("manage.created"), value: (g) => day(g.createdDateTime), width: 120 },
        ]}
      >
        {make}
      </List>
      {one && <GroupPanel group={one} onClose={() => onOpen()} />}
    </>
  );
}

function Make({ kind, onClose, onMade }: { kind: Kind; onClose: () => void; onMade: (id: string) => void }) {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [signInName, setSignInName] = useState("");
  const [password, setPassword] = useState("");
  const make = useMutation({
    mutationFn: (): Promise<{ id: string }> => {
      if (kind === "users") {
        return postGraph<User>("users", {
          accountEnabled: true,
          displayName: name.trim(),
          mailNickname: signInName.split("@")[0],
          userPrincipalName: signInName.trim(),
          passwordProfile: { password, forceChangePasswordNextSignIn: false },
        });
      }
      return postGraph<Application | Group>(kind, kind === "groups" ? { displayName: name.trim(), mailEnabled: false, mailNickname: "group", securityEnabled: true } : { displayName: name.trim() });
    },
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ["graph"] });
      onClose();
      onMade(id);
    },
  });
  const lacks = name.trim() === "" || (kind === "users" && (!/^[^@\s]+@[^@\s]+$/.test(signInName.trim()) || password.length < 8));
  return (
    <Ask title={t(`manage.new_${kind}`)} verb={t("manage.create")} onDo={() => make.mutate()} onClose={onClose} busy={make.isPending} error={make.error} disabled={lacks}>
      <Field label={t("manage.name")} required>
        <Input value={name} onChange={(_, d) => setName(d.value)} autoComplete="off" maxLength={256} />
      </Field>
      {kind === "users" && (
        <>
          <Field label={t("manage.signInName")} hint={t("manage.signInNameHint")} required>
            <Input value={signInName} onChange={(_, d) => setSignInName(d.value)} autoComplete="off" />
          </Field>
          <Field label={t("manage.password")} hint={t("manage.passwordHint")} required>
            <Input type="password" value={password} onChange={(_, d) => setPassword(d.value)} autoComplete="new-password" />
          </Field>
        </>
      )}
    </Ask>
  );
}
