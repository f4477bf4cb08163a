import { Spinner } from "@fluentui/react-components";
import { useEffect, useState } from "react";
import { formatElapsed } from "../../values/format";
import css from "./ResultsPane.module.css";
import { t } from "../../i18n";

/** How long a query has been running. */
export function Running({ since }: { since: number }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 100);
    return () => clearInterval(timer);
  }, []);
  return (
    <div className={css.middle} role="status">
      <Spinner delay={250} label={<span className={css.figures}>{t("results.running", { elapsed: formatElapsed(Math.max(0, now - since)) })}</span>} />
    </div>
  );
}
