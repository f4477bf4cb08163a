import { useEffect, useState } from "react";
import { Waiting } from "../../app/Waiting";
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
  const text = t("results.running", { elapsed: formatElapsed(Math.max(0, now - since)) });
  return (
    <div className={css.middle} role="status">
      <Waiting delay={250} name={text} label={<span className={css.figures}>{text}</span>} />
    </div>
  );
}
