import { Title3 } from "@fluentui/react-components";
import { Link } from "@tanstack/react-router";
import css from "./Shell.module.css";
import { t } from "../i18n";

export function NotFound() {
  return (
    <main className={css.centre}>
      <Title3 as="h1">{t("app.notFound")}</Title3>
      <p>
        <Link to="/logs">{t("app.toLogs")}</Link>
      </p>
    </main>
  );
}
