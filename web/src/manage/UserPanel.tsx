import { Button, Field, Input, Switch } from "@fluentui/react-components";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { deleteGraph, patchGraph, type User } from "../api/graph";
import { useSay } from "../app/toast";
import { t } from "../i18n";
import { Ask } from "./Ask";
import { DirectoryRoles } from "./DirectoryRoles";
import { Failure } from "./Failure";
import { Panel, Section } from "./Panel";
import { Remove } from "./Remove";
import { Copyable } from "./Value";

/** A user: whether they may sign in, their password, their roles in the directory. */
export function UserPanel({ user: u, onClose }: { user: User; onClose: () => void }) {
  const client = useQueryClient();
  const [resetting, setResetting] = useState(false);
  const changed = () => client.invalidateQueries({ queryKey: ["graph"] });
  const enable = useMutation({ mutationFn: (accountEnabled: boolean) => patchGraph(`users/${u.id}`, { accountEnabled }), onSuccess: changed });
  return (
    <Panel
      title={u.displayName}
      onClose={onClose}
      actions={
        <>
          <Button onClick={() => setResetting(true)}>{t("manage.resetPassword")}</Button>
          <Remove
            name={u.displayName}
            warning={t("manage.warn_users")}
            remove={() => deleteGraph(`users/${u.id}`)}
            onRemoved={async () => {
              onClose();
              await changed();
            }}
          />
        </>
      }
    >
      <Section title={t("manage.ids")}>
        <Copyable label={t("manage.signInName")} value={u.userPrincipalName} />
        <Copyable label={t("manage.objectId")} value={u.id} />
      </Section>
      <Section title={t("manage.signIn")}>
        <Failure error={enable.error} />
        <Switch label={t("manage.maySignIn")} checked={u.accountEnabled} disabled={enable.isPending} onChange={(_, d) => enable.mutate(d.checked)} />
      </Section>
      <DirectoryRoles principalId={u.id} />
      {resetting && <Reset user={u} onClose={() => setResetting(false)} />}
    </Panel>
  );
}

function Reset({ user: u, onClose }: { user: User; onClose: () => void }) {
  const say = useSay();
  const [password, setPassword] = useState("");
  const reset = useMutation({
    mutationFn: () => patchGraph(`users/${u.id}`, { passwordProfile: { password, forceChangePasswordNextSignIn: false } }),
    onSuccess: () => {
      onClose();
      say(t("manage.passwordReset"));
    },
  });
  return (
    <Ask title={t("manage.resetPassword")} verb={t("manage.resetPassword")} onDo={() => reset.mutate()} onClose={onClose} busy={reset.isPending} error={reset.error} disabled={password.length < 8}>
      <span>{t("manage.resetWarning")}</span>
      <Field label={t("manage.password")} hint={t("manage.passwordHint")} required>
        <Input type="password" value={password} onChange={(_, d) => setPassword(d.value)} autoComplete="new-password" />
      </Field>
    </Ask>
  );
}
