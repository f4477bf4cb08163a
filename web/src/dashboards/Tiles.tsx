import { Link, Text } from "@fluentui/react-components";
import { useMemo } from "react";
import type { Row, Table } from "../api/table";
import { t } from "../i18n";
import { useSettings } from "../app/settings";
import { compareCells, formatCell, oneLine } from "../values/format";
import css from "./Tiles.module.css";
import { backgroundOf, type CellLook, lookOf, matches } from "./looks";
import { drawSpark } from "./spark";
import type { TileField, TileSettings } from "./workbook";

// More than anybody looks at one by one.
const most = 200;

/** A tile for each row: its title, a large value, and what else the workbook puts on it. */
export function Tiles({ table, settings = {}, onRow }: { table: Table; settings: TileSettings | undefined; onRow?: ((row: Row) => void) | undefined }) {
  const zone = useSettings((s) => s.zone);
  const tiles = useMemo(() => {
    const place = (name: string | undefined) => table.columns.findIndex((c) => c.name === name);
    const sort = place(settings.sortCriteriaField);
    const rows = sort < 0 ? table.rows : table.rows.toSorted((a, b) => (settings.sortOrderField === 2 ? -1 : 1) * compareCells(a[sort] ?? null, b[sort] ?? null, table.columns[sort]!.type));
    const part = (field: TileField | undefined, otherwise?: number) => {
      const i = field?.columnMatch ? table.columns.findIndex((c) => matches({ columnMatch: field.columnMatch! }, c.name)) : (otherwise ?? -1);
      const look = field && i >= 0 ? lookOf({ ...field, columnMatch: field.columnMatch ?? "", formatter: field.formatter ?? 0 }, table, i, zone) : undefined;
      return (row: Table["rows"][number]): CellLook | undefined => (i < 0 ? undefined : (look?.(row[i] ?? null, row) ?? { text: formatCell(row[i] ?? null, table.columns[i]!.type, zone) }));
    };
    const bare = !settings.titleContent && !settings.leftContent;
    const [title, large, below, right, last] = [part(settings.titleContent, bare ? 0 : undefined), part(settings.leftContent, bare ? 1 : undefined), part(settings.subtitleContent), part(settings.rightContent), part(settings.secondaryContent)];
    return rows.slice(0, Math.min(most, Number(settings.rowLimit) || most)).map((r) => ({ row: r, title: title(r), large: large(r), rest: [below(r), right(r), last(r)] }));
  }, [table, settings, zone]);
  return (
    <ul className={css.tiles} tabIndex={0}>
      {tiles.map(({ row, title, large, rest }, i) => (
        <li key={i} className={`${css.tile} ${settings.showBorder === false ? "" : css.bordered}`}>
          {onRow && <button type="button" className={css.choose} aria-label={t("dashboard.choose", { name: (title ?? large)?.text ?? String(i + 1) })} onClick={() => onRow(row)} />}
          {title && <Said look={title} className={css.title!} />}
          {large && <Said look={large} className={css.large!} />}
          {rest.map((look, k) => look && <Said key={k} look={look} className={css.rest!} />)}
        </li>
      ))}
    </ul>
  );
}

function Said({ look, className }: { look: CellLook; className: string }) {
  if (look.spark) return <div className={css.spark} ref={(place) => place?.replaceChildren(drawSpark(look.spark!, oneLine(look.text, 300)))} />;
  return (
    <Text className={className} style={{ background: backgroundOf(look) }} title={oneLine(look.text, 1000)}>
      {look.href ? (
        <Link href={look.href} target="_blank" rel="noreferrer">
          {oneLine(look.text, 300)}
        </Link>
      ) : (
        oneLine(look.text, 300)
      )}
    </Text>
  );
}
