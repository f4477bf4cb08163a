import { Button, Card, Divider, Field, Input, MessageBar, MessageBarBody, Text, Title3 } from "@fluentui/react-components";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ApiError } from "../api/http";
import { signIn } from "../api/session";
import { Logo } from "./Logo";
import css from "./SignIn.module.css";
import { sessionKey } from "./session";
import { t } from "../i18n";

export function SignIn({ version }: { version: string }) {
  const client = useQueryClient();
  const [clientId, setClientId] = useState("");
  const [clientSecret, setClientSecret] = useState("");
  const attempt = useMutation({
    mutationFn: () => signIn(clientId.trim(), clientSecret),
    onSuccess: () => client.invalidateQueries({ queryKey: sessionKey }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    attempt.mutate();
  };
  return (
    <main className={css.page}>
      <Card className={css.card}>
        <div className={css.title}>
          <Logo size={36} />
          <Title3 as="h1">{t("signIn.title")}</Title3>
        </div>
        <Button as="a" className={css.user} appearance="primary" size="large" href={`/ui/signin?${new URLSearchParams({ to: location.pathname + location.search, ui_locales: document.documentElement.lang })}`}>
          {t("signIn.user")}
        </Button>
        <Divider>{t("signIn.or")}</Divider>
        <Text size={200}>{t("signIn.hint")}</Text>
        <form onSubmit={submit} className={css.form}>
          {attempt.error && (
            <MessageBar intent="error">
              <MessageBarBody>{explain(attempt.error)}</MessageBarBody>
            </MessageBar>
          )}
          <Field label={t("signIn.id")} required>
            <Input name="username" autoComplete="username" value={clientId} onChange={(_, d) => setClientId(d.value)} />
          </Field>
          <Field label={t("signIn.secret")} required>
            <Input
              name="password"
              type="password"
              autoComplete="current-password"
              value={clientSecret}
              onChange={(_, d) => setClientSecret(d.value)}
            />
          </Field>
          <Button type="submit" disabled={attempt.isPending}>
            {t("signIn.button")}
          </Button>
        </form>
      </Card>
      <Text size={200} className={css.version}>
        Yagura {version}
      </Text>
    </main>
  );
}

function explain(error: Error): string {
  if (error instanceof ApiError && error.status === 401) return t("signIn.wrong");
  if (error instanceof ApiError) return error.message;
  return t("problem.noServer");
}
