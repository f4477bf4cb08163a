import { InteractionTag, InteractionTagPrimary, InteractionTagSecondary, Text } from "@fluentui/react-components";
import type { Ref } from "react";
import type { Column } from "../../api/table";
import { t } from "../../i18n";
import css from "./GroupBar.module.css";

interface Props {
  ref: Ref<HTMLDivElement>;
  columns: Column[];
  by: number[];
  /** A column is being dragged, and may be dropped here. */
  inviting: boolean;
  onRemove: (column: number) => void;
}

/** The columns by which rows are grouped; headers are dropped here. */
export function GroupBar({ ref, columns, by, inviting, onRemove }: Props) {
  return (
    <div ref={ref} className={`${css.bar} ${inviting ? css.inviting : ""} ${by.length ? "" : css.over}`} data-testid="group-bar">
      <Text size={200}>{by.length ? t("results.groupedBy") : t("results.dropToGroup")}</Text>
      {by.map((i) => (
        <InteractionTag key={i} size="small" value={String(i)}>
          <InteractionTagPrimary hasSecondaryAction>{columns[i]!.name}</InteractionTagPrimary>
          <InteractionTagSecondary aria-label={t("results.ungroup", { column: columns[i]!.name })} onClick={() => onRemove(i)} />
        </InteractionTag>
      ))}
    </div>
  );
}
