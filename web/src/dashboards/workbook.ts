// A dashboard is an Azure workbook: the JSON of its items. What this page does not know of it is
// kept as it is, so that a workbook that was imported is exported with all that it had. Where the
// tiles stand is kept beside them, under "yagura".

export const itemType = { text: 1, query: 3, parameters: 9, metrics: 10, links: 11, group: 12 } as const;
export const parameterType = { text: 1, dropDown: 2, timeRange: 4 } as const;

export interface Place {
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface Condition {
  parameterName: string;
  comparison?: string;
  value?: string;
}

export interface Parameter {
  id?: string;
  name: string;
  label?: string;
  type: number;
  value?: unknown;
  query?: string;
  jsonData?: string;
  multiSelect?: boolean;
  quote?: string;
  delimiter?: string;
  typeSettings?: { selectAllValue?: string; additionalResourceOptions?: string[] };
  isRequired?: boolean;
  isHiddenWhenLocked?: boolean;
  description?: string;
}

export interface LinkItem {
  id?: string;
  cellValue?: string;
  linkTarget: string;
  linkLabel: string;
  subTarget?: string;
}

export interface ChartSettings {
  xAxis?: string;
  yAxis?: string[];
  group?: string;
  showLegend?: boolean;
  ySettings?: { min?: number | null; max?: number | null; label?: string };
}

export interface GridSettings {
  formatters?: { columnMatch: string; formatter: number }[];
  labelSettings?: { columnId: string; label?: string }[];
}

export interface Content {
  json?: string;
  query?: string;
  queryType?: number;
  title?: string;
  visualization?: string;
  size?: number;
  timeContext?: { durationMs?: number };
  timeContextFromParameter?: string;
  chartSettings?: ChartSettings;
  gridSettings?: GridSettings;
  parameters?: Parameter[];
  links?: LinkItem[];
  style?: string;
  items?: Item[];
}

export interface Item {
  type: number;
  name: string;
  content: Content;
  customWidth?: string;
  conditionalVisibility?: Condition;
  conditionalVisibilities?: Condition[];
  yagura?: Place;
}

export interface Workbook {
  version: string;
  items: Item[];
  /** Seconds between two refreshes; 0: none. */
  yagura?: { refresh?: number };
  $schema?: string;
}

export class WorkbookError extends Error {}

/** Reads a workbook's JSON, or a gallery template that holds one as serializedData. */
export function readWorkbook(text: string): Workbook {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new WorkbookError((error as Error).message);
  }
  const inner = serializedData(value);
  if (inner !== undefined) return readWorkbook(inner);
  const items = (value as { items?: unknown } | null)?.items;
  if (!Array.isArray(items)) throw new WorkbookError("items");
  const read = (list: unknown[]): Item[] =>
    list.map((raw, i) => {
      const item = raw as Item;
      if (typeof item?.type !== "number" || typeof item.content !== "object" || item.content === null) throw new WorkbookError(`items[${i}]`);
      const content = Array.isArray(item.content.items) ? { ...item.content, items: read(item.content.items) } : item.content;
      return { ...item, name: item.name ?? `item ${i}`, content };
    });
  return { ...(value as Workbook), version: (value as Workbook).version ?? "Notebook/1.0", items: read(items) };
}

/** An ARM template or resource has the workbook as text. */
function serializedData(value: unknown): string | undefined {
  const v = value as { properties?: { serializedData?: unknown }; resources?: unknown[] } | null;
  if (typeof v?.properties?.serializedData === "string") return v.properties.serializedData;
  for (const resource of Array.isArray(v?.resources) ? v.resources : []) {
    const found = serializedData(resource);
    if (found !== undefined) return found;
  }
  return undefined;
}

export const writeWorkbook = (workbook: Workbook) =>
  JSON.stringify({ ...workbook, $schema: workbook.$schema ?? "https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json" }, null, 2);

/** Every item, those in groups too. */
export const allItems = (items: Item[]): Item[] => items.flatMap((i) => [i, ...allItems(i.content.items ?? [])]);

const visualizations: Record<string, string> = {
  areachart: "areachart",
  barchart: "columnchart",
  unstackedbar: "columnchart",
  categoricalbar: "columnchart",
  linechart: "timechart",
  timechart: "timechart",
  piechart: "piechart",
  scatterchart: "scatterchart",
  table: "table",
};

/** The KQL visualization of a workbook's; undefined: the query says. */
export const visualizationOf = ({ visualization }: Content): string | undefined => (visualization ? visualizations[visualization] : undefined);

/** What a workbook uses and this page does not have, by name, each once. */
export function lacking(workbook: Workbook): string[] {
  const names = new Set<string>();
  for (const { type, content, conditionalVisibility, conditionalVisibilities } of allItems(workbook.items)) {
    for (const { comparison = "isEqualTo" } of conditionalVisibilities ?? [conditionalVisibility ?? { parameterName: "" }]) {
      if (comparison !== "isEqualTo" && comparison !== "isNotEqualTo") names.add(`condition ${comparison}`);
    }
    if (!(Object.values(itemType) as number[]).includes(type) || type === itemType.metrics) names.add(type === itemType.metrics ? "metrics" : `item type ${type}`);
    if (type === itemType.query) {
      if ((content.queryType ?? 0) !== 0) names.add(queryTypes[content.queryType!] ?? `query type ${content.queryType}`);
      if (content.visualization && !visualizations[content.visualization]) names.add(`visualization ${content.visualization}`);
      for (const f of content.gridSettings?.formatters ?? []) if (![0, 1, 5].includes(f.formatter)) names.add(`grid formatter ${formatters[f.formatter] ?? f.formatter}`);
      for (const key of Object.keys(content.gridSettings ?? {})) if (!["formatters", "labelSettings", "filter", "rowLimit", "sortBy"].includes(key)) names.add(`gridSettings.${key}`);
      for (const key of Object.keys(content.chartSettings ?? {})) if (!["xAxis", "yAxis", "group", "showLegend", "ySettings"].includes(key)) names.add(`chartSettings.${key}`);
    }
    for (const p of content.parameters ?? []) {
      if (!(Object.values(parameterType) as number[]).includes(p.type)) names.add(parameterTypes[p.type] ?? `parameter type ${p.type}`);
      if (p.typeSettings?.additionalResourceOptions?.includes("value::all") && !p.typeSettings.selectAllValue) names.add("a choice of all values without selectAllValue");
    }
    for (const l of content.links ?? []) if (!["parameter", "Url"].includes(l.linkTarget)) names.add(`link to ${l.linkTarget}`);
  }
  return [...names].sort();
}

const queryTypes: Record<number, string> = { 1: "Azure Resource Graph query", 7: "Azure Resource Manager query", 8: "JSON query", 9: "custom endpoint query", 10: "merge query", 12: "Azure Data Explorer query", 14: "workload health query" };
const parameterTypes: Record<number, string> = { 3: "date parameter", 5: "resource parameter", 6: "subscription parameter", 7: "resource type parameter", 8: "location parameter", 10: "multi-value parameter", 13: "options group parameter" };
const formatters: Record<number, string> = { 3: "bar", 4: "spark line", 6: "date", 7: "link", 8: "heatmap", 10: "timeline", 11: "icon", 13: "resource", 16: "resource type", 18: "thresholds", 21: "spark area", 22: "spark bar" };

const columns = 12;
const rowsOfSize: Record<number, number> = { 0: 9, 1: 6, 2: 14, 3: 12, 4: 5 };

/** Where each item stands: where it was put, else in its order, as wide as it says. */
export function places(items: Item[]): Place[] {
  let [x, y, line] = [0, 0, 0];
  return items.map((item) => {
    if (item.yagura) {
      y = Math.max(y, item.yagura.y + item.yagura.h);
      return item.yagura;
    }
    const w = Math.max(2, Math.min(columns, Math.round((columns * Number(item.customWidth ?? 100)) / 100)));
    const h = heightOf(item);
    if (x + w > columns) {
      y += line;
      [x, line] = [0, 0];
    }
    const place = { x, y, w, h };
    x += w;
    line = Math.max(line, h);
    return place;
  });
}

function heightOf({ type, content }: Item): number {
  switch (type) {
    case itemType.text:
      return Math.min(8, 1 + Math.floor((content.json ?? "").length / 120) + ((content.json ?? "").match(/\n/g)?.length ?? 0));
    case itemType.parameters:
    case itemType.links:
      return 1;
    case itemType.group:
      return 2 + places(content.items ?? []).reduce((most, p) => Math.max(most, p.y + p.h), 0);
    default:
      return rowsOfSize[content.size ?? 0] ?? 9;
  }
}
