import { Button, Title3 } from "@fluentui/react-components";
import { type ErrorComponentProps } from "@tanstack/react-router";
import css from "./Shell.module.css";
import { t } from "../i18n";

/** In the place of a part of the page that could not be drawn. */
export function Failed({ error, reset }: ErrorComponentProps) {
  return (
    <main className={css.centre}>
      <Title3 as="h1">{t("app.failed")}</Title3>
      <p role="alert" className={css.failure}>
        {error instanceof Error ? error.message : String(error)}
      </p>
      <Button appearance="primary" onClick={reset}>
        {t("app.tryAgain")}
      </Button>
    </main>
  );
}
