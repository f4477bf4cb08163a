// What the palette finds: pages and commands, dashboards, tables, columns, functions, what was asked
// before, and the search of all tables.

import type { DashboardItem } from "../api/dashboards";
import type { Metadata } from "../api/metadata";
import { t } from "../i18n";
import { quoteName, quoteString } from "../kql/quote";
import type { Past } from "../logs/history";

export interface Found {
  key: string;
  group: "command" | "search" | "dashboard" | "table" | "column" | "function" | "query" | "history" | "account";
  title: string;
  detail?: string;
  /** It has no rows. */
  empty?: boolean;
}

export interface Places {
  commands: string[];
  dashboards: DashboardItem[];
  metadata: Metadata | undefined;
  history: Past[];
}

const mostOfAGroup = 8;

/** At most eight of each group; what has rows comes first, then names that begin with the text. */
export function find(text: string, { commands, dashboards, metadata, history }: Places): Found[] {
  const wanted = text.trim().toLowerCase();
  const found: Found[] = [];
  const add = (group: Found["group"], list: Omit<Found, "group">[]) => {
    const rank = (f: Omit<Found, "group">) => (f.title.toLowerCase().startsWith(wanted) ? 0 : 1) + (f.empty ? 2 : 0);
    const matching = list.filter((f) => f.title.toLowerCase().includes(wanted));
    found.push(...matching.sort((a, b) => rank(a) - rank(b)).slice(0, mostOfAGroup).map((f) => ({ group, ...f })));
  };
  add("command", commands.map((c) => ({ key: `command/${c}`, title: c })));
  if (wanted) found.push({ key: "search/all", group: "search", title: t("find.everywhere", { text: text.trim() }) });
  add("dashboard", dashboards.map((d) => ({ key: `dashboard/${d.id}`, title: d.title })));
  if (wanted) {
    const tables = metadata?.tables ?? [];
    add("table", tables.map((b) => ({ key: `table/${b.name}`, title: b.name, ...(b.hasData ? {} : { empty: true, detail: t("schema.noData") }) })));
    add("function", (metadata?.functions ?? []).map((f) => ({ key: `function/${f.name}`, title: f.name })));
    add("query", (metadata?.queries ?? []).map((q) => ({ key: `query/${q.id}`, title: q.displayName })));
    // Columns of tables that have rows: those of all tables are thirty thousand.
    add("column", tables.filter((b) => b.hasData).flatMap((b) => b.columns.map((c) => ({ key: `column/${b.name}/${c.name}`, title: c.name, detail: b.name }))));
  }
  add("history", history.map((p) => ({ key: `history/${p.at}`, title: p.query.slice(0, 200) })));
  // Never what Enter takes by itself: who looks for sign-ins would be signed out.
  add("account", [{ key: "account/signOut", title: t("app.signOut") }]);
  return found;
}

/** The query that opens what was found, if it is one. */
export function queryOf(found: Found, text: string, { history, metadata }: Pick<Places, "history" | "metadata">): (Pick<Past, "query"> & Partial<Past>) | undefined {
  const [, ...names] = found.key.split("/");
  switch (found.group) {
    case "search":
      return { query: `search ${quoteString(text.trim())}\n| take 500` };
    case "table":
      return { query: `${quoteName(names.join("/"))}\n| take 100` };
    case "column": {
      const column = quoteName(found.title);
      return { query: `${quoteName(found.detail!)}\n| summarize count() by ${column}\n| top 100 by count_` };
    }
    case "function":
      return { query: `${found.title}()` };
    case "query": {
      const saved = metadata?.queries.find((q) => q.id === names.join("/"));
      return saved && { query: saved.body };
    }
    case "history":
      return history.find((p) => String(p.at) === names[0]);
    default:
      return undefined;
  }
}
