import { Button } from "@fluentui/react-components";
import { Outlet } from "@tanstack/react-router";
import { useEffect } from "react";
import { sendAs } from "./errors";
import { Waiting } from "./Waiting";
import { Header } from "./Header";
import css from "./Shell.module.css";
import { SessionContext, useSessionQuery } from "./session";
import { SignIn } from "./SignIn";
import { t } from "../i18n";

/** The header over the page of the current address, once somebody is signed in. */
export function Shell() {
  const { data: session, error, refetch } = useSessionQuery();
  useEffect(() => {
    if (session?.signedIn) sendAs(session);
  }, [session]);
  if (error && !session) {
    return (
      <main className={css.centre}>
        <p role="alert">{t("app.noServer")}</p>
        <Button onClick={() => void refetch()}>{t("app.tryAgain")}</Button>
      </main>
    );
  }
  if (!session) {
    return (
      <main className={css.centre}>
        <Waiting label={t("app.loading")} />
      </main>
    );
  }
  if (!session.signedIn) return <SignIn version={session.version} />;
  return (
    <SessionContext value={session}>
      <div className={css.shell}>
        <Header />
        <Outlet />
      </div>
    </SessionContext>
  );
}
