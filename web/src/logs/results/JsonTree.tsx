import { Button, Tree, TreeItem, TreeItemLayout, type TreeItemValue } from "@fluentui/react-components";
import { useState } from "react";
import type { Json } from "../../values/json";
import { visible } from "../../values/format";
import { t } from "../../i18n";
import css from "./JsonTree.module.css";
import { LongText } from "./LongText";

interface Props {
  value: Json;
  label: string;
}

/** A dynamic value as a tree; the first level is open. */
export function JsonTree({ value, label }: Props) {
  return (
    <Tree aria-label={label} size="small" className={css.tree} defaultOpenItems={[]}>
      <Children value={value} path="$" />
    </Tree>
  );
}

// A long array is shown a page at a time.
const page = 100;

function Children({ value, path }: { value: Json; path: string }) {
  const [limit, setLimit] = useState(page);
  const entries = Array.isArray(value) ? value.map((v, i) => [String(i), v] as const) : Object.entries(value as object as Record<string, Json>);
  return (
    <>
      {entries.slice(0, limit).map(([key, v]) => (
        <Entry key={key} name={key} value={v} path={`${path}/${key}`} />
      ))}
      {entries.length > limit && (
        <TreeItem itemType="leaf" value={`${path}/…`}>
          <TreeItemLayout>
            <Button size="small" appearance="transparent" onClick={() => setLimit(limit + page)}>
              {t("results.more", { n: (entries.length - limit).toLocaleString("en-US") })}
            </Button>
          </TreeItemLayout>
        </TreeItem>
      )}
    </>
  );
}

function Entry({ name, value, path }: { name: string; value: Json; path: TreeItemValue & string }) {
  const [open, setOpen] = useState(false);
  if (value === null || typeof value !== "object" || size(value) === 0) {
    return (
      <TreeItem itemType="leaf" value={path}>
        <TreeItemLayout className={css.line}>
          <span className={css.key}>{visible(name)}</span> <Scalar value={value} />
        </TreeItemLayout>
      </TreeItem>
    );
  }
  return (
    <TreeItem itemType="branch" value={path} open={open} onOpenChange={(_, d) => setOpen(d.open)}>
      <TreeItemLayout className={css.line}>
        <span className={css.key}>{visible(name)}</span>{" "}
        <span className={css.faint}>{Array.isArray(value) ? `[${value.length}]` : `{${size(value)}}`}</span>
      </TreeItemLayout>
      {open && (
        <Tree>
          <Children value={value} path={path} />
        </Tree>
      )}
    </TreeItem>
  );
}

const size = (value: Json) => (Array.isArray(value) ? value.length : Object.keys(value as object).length);

function Scalar({ value }: { value: Json }) {
  if (value === null) return <span className={css.faint}>null</span>;
  if (typeof value === "string") return <span className={css.string}><LongText text={JSON.stringify(value)} /></span>;
  if (typeof value === "object") return <span className={css.faint}>{Array.isArray(value) ? "[]" : "{}"}</span>;
  return <span className={css.number}>{String(value)}</span>;
}
