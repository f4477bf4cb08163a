import {
  Button,
  FlatTree,
  FlatTreeItem,
  type HeadlessFlatTreeItemProps,
  SearchBox,
  Text,
  Tooltip,
  TreeItemLayout,
  type TreeItemValue,
  useHeadlessFlatTree_unstable,
} from "@fluentui/react-components";
import { EyeRegular } from "@fluentui/react-icons/svg/eye";
import { MathFormulaRegular } from "@fluentui/react-icons/svg/math-formula";
import { TableRegular } from "@fluentui/react-icons/svg/table";
import { TextAddRegular } from "@fluentui/react-icons/svg/text-add";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, memo, useDeferredValue, useMemo, useRef, useState } from "react";
import type { Metadata } from "../api/metadata";
import { Waiting } from "../app/Waiting";
import { quoteName } from "../kql/quote";
import css from "./SchemaTree.module.css";
import { groups, type SchemaItem, schemaItems } from "./schemaItems";
import { TypeIcon } from "./TypeIcon";
import { t } from "../i18n";

export interface SchemaProps {
  metadata: Metadata | undefined;
  failed: boolean;
  onInsert: (text: string) => void;
  onPreview: (query: string) => void;
}

type Line = HeadlessFlatTreeItemProps & { item: SchemaItem };

const rowHeight = 26;

export const SchemaTree = memo(function SchemaTree({ metadata, failed, onInsert, onPreview }: SchemaProps) {
  const [search, setSearch] = useState("");
  const wanted = useDeferredValue(search);
  return (
    <nav className={css.side} aria-label={t("schema.tables")}>
      <SearchBox
        className={css.search}
        placeholder={t("schema.find")}
        aria-label={t("schema.find")}
        value={search}
        onChange={(_, d) => setSearch(d.value)}
        size="small"
      />
      {!metadata && (failed ? <Text className={css.note}>{t("schema.failed")}</Text> : <Waiting size="tiny" className={css.note} />)}
      {metadata && <Lines metadata={metadata} search={wanted} onInsert={onInsert} onPreview={onPreview} />}
    </nav>
  );
});

interface LinesProps {
  metadata: Metadata;
  search: string;
  onInsert: (text: string) => void;
  onPreview: (query: string) => void;
}

/** Only the lines in sight are in the document: there are a thousand tables. */
function Lines({ metadata, search, onInsert, onPreview }: LinesProps) {
  const some = metadata.tables.some((t) => t.hasData);
  const [open, setOpen] = useState<Set<TreeItemValue>>(() => new Set([some ? groups.data : groups.other, groups.functions]));
  // What a search opened may be closed again until the search changes.
  const [closed, setClosed] = useState<{ search: string; values: Set<TreeItemValue> }>({ search, values: new Set() });
  const lines = useMemo(() => schemaItems(metadata, search, open), [metadata, search, open]);
  const openItems = useMemo(() => {
    const shut = closed.search === search ? closed.values : new Set();
    return new Set([...open, ...[...lines.opened].filter((v) => !shut.has(v))]);
  }, [open, lines.opened, closed, search]);

  const scroller = useRef<HTMLDivElement>(null);
  const tree = useHeadlessFlatTree_unstable<Line>(
    useMemo(() => lines.items.map(lineOf), [lines.items]),
    {
      openItems,
      onOpenChange: (_, { value, open: opens }) => {
        setOpen((s) => toggled(s, value, opens));
        setClosed((c) => ({ search, values: toggled(c.search === search ? c.values : new Set(), value, !opens) }));
      },
      onNavigation: (event, data) => {
        event.preventDefault();
        const next = tree.getNextNavigableItem(visible, data);
        if (next && !tree.getElementFromItem(next)) {
          rows.scrollToIndex(visible.indexOf(next));
          requestAnimationFrame(() => tree.navigate(data));
        } else {
          tree.navigate(data);
        }
      },
    },
  );
  const visible = [...tree.items()];
  const rows = useVirtualizer({
    count: visible.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });

  if (visible.length === 0) return <Text className={css.note}>{t("schema.nothing")}</Text>;
  return (
    <div ref={scroller} className={css.scroller}>
      <FlatTree {...tree.getTreeProps()} aria-label={t("schema.tree")} size="small" className={css.tree} style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start }) => {
          const { item, ...props } = visible[index]!.getTreeItemProps();
          const insert = () => onInsert(textOf(item));
          return (
            <FlatTreeItem
              key={item.value}
              {...props}
              className={css.line}
              style={{ ...(props.style as CSSProperties), transform: `translateY(${start}px)` }}
              {...(item.kind === "column" || item.kind === "function" ? { onClick: insert, title: t("schema.insert") } : {})}
            >
              <LineLayout item={item} insert={insert} onPreview={onPreview} />
            </FlatTreeItem>
          );
        })}
      </FlatTree>
    </div>
  );
}

function LineLayout({ item, insert, onPreview }: { item: SchemaItem; insert: () => void; onPreview: (query: string) => void }) {
  switch (item.kind) {
    case "group":
      return (
        <TreeItemLayout className={css.group} aside={<span className={css.type}>{item.count.toLocaleString("en-US")}</span>}>
          {item.label}
        </TreeItemLayout>
      );
    case "table":
      return (
        <TreeItemLayout
          iconBefore={<TableRegular className={item.table.hasData ? css.filled : css.empty} />}
          className={css.name}
          title={item.table.name}
          actions={
            <>
              <Tooltip content={t("schema.preview")} relationship="label">
                <Button
                  size="small"
                  appearance="subtle"
                  icon={<EyeRegular />}
                  onClick={() => onPreview(`${quoteName(item.table.name)}\n| take 100`)}
                />
              </Tooltip>
              <Tooltip content={t("schema.insertName")} relationship="label">
                <Button size="small" appearance="subtle" icon={<TextAddRegular />} onClick={insert} />
              </Tooltip>
            </>
          }
        >
          {item.table.name}
        </TreeItemLayout>
      );
    case "column":
      return (
        <TreeItemLayout
          iconBefore={<TypeIcon type={item.column.type} />}
          aside={<span className={css.type}>{item.column.type}</span>}
          className={css.name}
          {...(item.column.description ? { title: item.column.description } : {})}
        >
          {item.column.name}
        </TreeItemLayout>
      );
    case "function":
      return (
        <TreeItemLayout iconBefore={<MathFormulaRegular />} className={css.name} title={item.fn.description ?? item.fn.name}>
          {item.fn.name}
        </TreeItemLayout>
      );
  }
}

function lineOf(item: SchemaItem): Line {
  return {
    item,
    value: item.value,
    ...(item.parentValue === undefined ? {} : { parentValue: item.parentValue }),
    itemType: item.kind === "group" || item.kind === "table" ? "branch" : "leaf",
  };
}

function textOf(item: SchemaItem): string {
  switch (item.kind) {
    case "group":
      return "";
    case "table":
      return quoteName(item.table.name);
    case "column":
      return quoteName(item.column.name);
    case "function":
      return `${item.fn.name}()`;
  }
}

function toggled(set: Set<TreeItemValue>, value: TreeItemValue, present: boolean): Set<TreeItemValue> {
  const next = new Set(set);
  if (present) next.add(value);
  else next.delete(value);
  return next;
}
