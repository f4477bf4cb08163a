import { MessageBar, MessageBarBody, MessageBarTitle } from "@fluentui/react-components";
import { ApiError } from "../api/http";
import { t } from "../i18n";
import css from "./manage.module.css";

/** Why something did not work; what the caller may not do is named by the server. */
export function Failure({ error }: { error: Error | null | undefined }) {
  if (!error) return null;
  const unreached = error instanceof TypeError; // as fetch fails
  const title = unreached ? t("problem.noServer") : error instanceof ApiError && error.status === 403 ? t("manage.forbidden") : undefined;
  return (
    <MessageBar intent="error" layout="multiline" className={css.message!}>
      <MessageBarBody>
        {title && <MessageBarTitle>{title}</MessageBarTitle>}
        {unreached ? t("problem.unreached") : error.message}
      </MessageBarBody>
    </MessageBar>
  );
}
