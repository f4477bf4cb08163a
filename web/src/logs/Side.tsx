import { Tab, TabList } from "@fluentui/react-components";
import { useState } from "react";
import { t } from "../i18n";
import { HistoryList } from "./HistoryList";
import type { Past } from "./history";
import { type SchemaProps, SchemaTree } from "./SchemaTree";
import css from "./Side.module.css";

interface Props extends SchemaProps {
  onPast: (past: Past) => void;
}

/** Beside the work: what tables there are, and what was asked before. */
export function Side({ onPast, ...schema }: Props) {
  const [shown, setShown] = useState<"tables" | "history">("tables");
  return (
    <div className={css.side}>
      <TabList size="small" selectedValue={shown} onTabSelect={(_, d) => setShown(d.value as typeof shown)} aria-label={t("logs.side")}>
        <Tab value="tables">{t("schema.tables")}</Tab>
        <Tab value="history">{t("logs.history")}</Tab>
      </TabList>
      {shown === "tables" ? <SchemaTree {...schema} /> : <HistoryList onOpen={onPast} />}
    </div>
  );
}
