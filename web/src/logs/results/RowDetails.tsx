import { Button, Switch, Text, Tooltip } from "@fluentui/react-components";
import { CopyRegular } from "@fluentui/react-icons/svg/copy";
import { DismissRegular } from "@fluentui/react-icons/svg/dismiss";
import { useEffect, useRef, useState } from "react";
import type { Cell, Column, Row } from "../../api/table";
import { useCopy } from "../../app/toast";
import { dynamicValue, formatCell, plainText, type Zone } from "../../values/format";
import { printJson } from "../../values/json";
import { JsonTree } from "./JsonTree";
import { LongText } from "./LongText";
import css from "./RowDetails.module.css";
import { t } from "../../i18n";

interface Props {
  columns: Column[];
  row: Row;
  /** The column that was asked for. */
  at: number;
  zone: Zone;
  onClose: () => void;
}

/** All of one row: long text in full, dynamic values as trees. */
export function RowDetails({ columns, row, at, zone, onClose }: Props) {
  const copy = useCopy();
  const [all, setAll] = useState(false);
  const list = useRef<HTMLDListElement>(null);
  useEffect(() => {
    list.current?.querySelector(`[data-column="${at}"]`)?.scrollIntoView({ block: "nearest" });
  }, [at]);
  const shown = columns.map((column, i) => ({ column, i, cell: row[i] ?? null })).filter((c) => all || !isEmpty(c.cell));
  const asJson = () => {
    const entries = columns.map((c, i) => [c.name, c.type === "dynamic" ? dynamicValue(row[i] ?? null) : (row[i] ?? null)] as const);
    return printJson(Object.fromEntries(entries), 2);
  };
  return (
    <section className={css.details} aria-label={t("results.details")} onKeyDown={(e) => e.key === "Escape" && onClose()}>
      <header className={css.header}>
        <Text weight="semibold" className={css.title}>
          {t("results.details")}
        </Text>
        <Switch label={t("results.showEmpty")} checked={all} onChange={(_, d) => setAll(d.checked)} className={css.switch} />
        <Tooltip content={t("results.copyRow")} relationship="label">
          <Button size="small" appearance="subtle" icon={<CopyRegular />} onClick={() => void copy(asJson(), t("results.row"))} />
        </Tooltip>
        <Tooltip content={t("app.close")} relationship="label">
          <Button size="small" appearance="subtle" icon={<DismissRegular />} onClick={onClose} />
        </Tooltip>
      </header>
      <dl ref={list} className={css.list} tabIndex={0}>
        {shown.map(({ column, i, cell }) => (
          <div key={i} data-column={i} className={`${css.item} ${i === at ? css.at : ""}`}>
            <dt className={css.name}>
              {column.name} <span className={css.type}>{column.type}</span>
            </dt>
            <dd className={css.value}>
              <Value column={column} cell={cell} zone={zone} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const isEmpty = (cell: Cell) => cell === null || cell === "";

function Value({ column, cell, zone }: { column: Column; cell: Cell; zone: Zone }) {
  if (cell === null) return <span className={css.type}>null</span>;
  if (column.type === "dynamic") {
    const value = dynamicValue(cell);
    if (value !== null && typeof value === "object") return <JsonTree value={value} label={column.name} />;
    return <LongText text={plainText(value)} />;
  }
  return <LongText text={column.type === "real" ? plainText(cell) : formatCell(cell, column.type, zone)} />;
}
