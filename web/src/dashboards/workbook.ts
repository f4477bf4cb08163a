// A dashboard is an Azure workbook: the JSON of its items. What this page does not know of it is
// kept as it is, so that a workbook that was imported is exported with all that it had. Where the
// tiles stand is kept beside them, under "yagura".

import { t } from "../i18n";

export const itemType = { text: 1, query: 3, parameters: 9, metrics: 10, links: 11, group: 12 } as const;
export const parameterType = { text: 1, dropDown: 2, timeRange: 4, resource: 5, subscription: 6, resourceType: 7, location: 8, multiValue: 9, optionsGroup: 10, tabs: 11 } as const;

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

/** A condition, and what is so where it is the first that holds. */
export interface Criterion {
  leftOperand?: string;
  operator?: string;
  /** A column, a param, or a text. */
  rightValType?: string;
  rightVal?: string;
  /** A column, a param, a text, or an expression, which nothing here works out. */
  resultValType?: string;
  resultVal?: string;
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
  queryType?: number;
  typeSettings?: { selectAllValue?: string; additionalResourceOptions?: string[]; resourceTypeFilter?: Record<string, boolean> };
  isRequired?: boolean;
  defaultValue?: string;
  /** Ours: a stretch of time that dragging over a chart sets, none at first. */
  brushed?: true;
  /** Conditions that give it its value. */
  criteriaData?: { criteriaContext?: Criterion }[];
  timeContext?: { durationMs?: number };
  timeContextFromParameter?: string;
  isHiddenWhenLocked?: boolean;
  description?: string;
}

/** A parameter that a click on a row sets: to a field of it, or to all of it as JSON. */
export interface Export {
  fieldName?: string;
  parameterName?: string;
  defaultValue?: string;
}

export interface LinkItem {
  id?: string;
  preText?: string;
  postText?: string;
  cellValue?: string;
  linkTarget: string;
  linkLabel: string;
  subTarget?: string;
}

interface AxisSettings {
  min?: number | null;
  max?: number | null;
  label?: string;
}

export interface ChartSettings {
  xAxis?: string;
  yAxis?: string[];
  group?: string;
  showLegend?: boolean;
  xSettings?: AxisSettings;
  ySettings?: AxisSettings;
  seriesLabelSettings?: { seriesName?: string; label?: string; color?: string }[];
}

/** How a column, or a part of a tile, is shown. */
export interface Formatter {
  columnMatch: string;
  formatter: number;
  formatOptions?: {
    palette?: string;
    min?: number;
    max?: number;
    linkTarget?: string | null;
    linkLabel?: string;
    linkColumn?: string;
    compositeBarSettings?: CompositeBar;
    /** How a group sums its rows up. */
    aggregation?: string;
    thresholdsOptions?: string;
    thresholdsGrid?: { operator?: string; thresholdValue?: string | number | null; representation?: string | null; text?: string }[];
  };
  numberFormat?: { unit?: number; options?: Intl.NumberFormatOptions | null };
}

/** A bar whose parts are the numbers of columns, with a text that names columns as ["name"]. */
export interface CompositeBar {
  labelText?: string;
  columnSettings?: { columnName?: string; color?: string }[];
  /** Each bar is as long as its cell; else the longest of all rows is. */
  noRowsScaling?: boolean;
}

export interface GridSettings {
  formatters?: Formatter[];
  labelSettings?: { columnId: string; label?: string }[];
  sortBy?: Sorting[];
  rowLimit?: number | string;
  hierarchySettings?: Hierarchy;
}

/** Rows under the rows that are their parents (type 0), or under the values of columns. */
interface Hierarchy {
  treeType?: number;
  idColumn?: string;
  parentColumn?: string;
  /** Before its cells stands what opens and shuts. */
  expanderColumn?: string;
  groupBy?: string[];
  expandTopLevel?: boolean;
}

interface Sorting {
  itemKey?: string;
  /** 1: the least first, 2: the most. */
  sortOrder?: number;
}

export type TileField = Partial<Formatter>;

export interface TileSettings {
  titleContent?: TileField;
  subtitleContent?: TileField;
  leftContent?: TileField;
  rightContent?: TileField;
  secondaryContent?: TileField;
  showBorder?: boolean;
  sortCriteriaField?: string;
  sortOrderField?: number;
  rowLimit?: number | string;
}

/** Where the points of a map are. */
export interface MapSettings {
  locInfo?: string;
  latitude?: string;
  longitude?: string;
  labelSettings?: string;
}

export interface Content {
  json?: string;
  query?: string;
  queryType?: number;
  crossComponentResources?: string[];
  title?: string;
  visualization?: string;
  size?: number;
  timeContext?: { durationMs?: number };
  timeContextFromParameter?: string;
  chartSettings?: ChartSettings;
  gridSettings?: GridSettings;
  tileSettings?: TileSettings;
  mapSettings?: MapSettings;
  sortBy?: Sorting[];
  noDataMessage?: string;
  exportedParameters?: Export[];
  exportFieldName?: string;
  exportParameterName?: string;
  exportDefaultValue?: string;
  /** The parameter that dragging over a chart sets. */
  timeBrushParameterName?: string;
  parameters?: Parameter[];
  links?: LinkItem[];
  style?: string;
  items?: Item[];
  groupType?: string;
  loadFromTemplateId?: string;
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
  const value = parse(text);
  const inner = serializedData(value);
  if (inner !== undefined) return readWorkbook(inner);
  const items = (value as { items?: unknown } | null)?.items;
  if (!Array.isArray(items)) throw new WorkbookError("items");
  const read = (list: unknown[]): Item[] =>
    list.map((raw, i) => {
      const item = { ...(raw as Item) };
      if (typeof item.content === "string") item.content = parse(item.content) as Content; // some have it as text
      if (typeof item.type !== "number" || typeof item.content !== "object" || item.content === null) throw new WorkbookError(`items[${i}]`);
      const content = Array.isArray(item.content.items) ? { ...item.content, items: read(item.content.items) } : item.content;
      return { ...item, name: item.name ?? `item ${i}`, content };
    });
  return { ...(value as Workbook), version: (value as Workbook).version ?? "Notebook/1.0", items: read(items) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new WorkbookError((error as Error).message);
  }
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

/** Where a query asks: Yagura's logs, or what other queries of the workbook answered. */
export const source = { logs: 0, merge: 7 } as const;

/** Every item, those in groups too. */
export const allItems = (items: Item[]): Item[] => items.flatMap((i) => [i, ...allItems(i.content.items ?? [])]);

/** The names of KQL, or "tiles", for a workbook's. */
export const visualizations: Record<string, string> = {
  areachart: "areachart",
  barchart: "columnchart",
  unstackedbar: "columnchart",
  categoricalbar: "columnchart",
  linechart: "timechart",
  timechart: "timechart",
  piechart: "piechart",
  scatterchart: "scatterchart",
  table: "table",
  tiles: "tiles",
  card: "card",
};

/** How a query may be shown, by a workbook's names. */
export const drawings = Object.keys(visualizations);

/** Whether a workbook's map says where its points are by two columns of numbers. */
export const hasPoints = ({ visualization, mapSettings: m }: Content) => visualization === "map" && m?.locInfo === "LatLong" && !!m.latitude && !!m.longitude;

/** The KQL visualization of a workbook's, or "tiles"; undefined: the query says. */
export const visualizationOf = (content: Content): string | undefined => (hasPoints(content) ? "scatterchart" : content.visualization ? visualizations[content.visualization] : undefined);

/** The queries of a workbook, by the names by which merges know them. */
export const queriesOf = (items: Item[]): ReadonlyMap<string, Item> => new Map(allItems(items).flatMap((i) => (i.type === itemType.query ? [[i.name, i] as const] : [])));

/** The parameters that a click on a row of a query sets. */
export const exportsOf = ({ exportedParameters = [], exportFieldName, exportParameterName, exportDefaultValue }: Content): Export[] =>
  [{ fieldName: exportFieldName, parameterName: exportParameterName, defaultValue: exportDefaultValue } as Export, ...exportedParameters].filter((e) => e.parameterName);

const columns = 12;
const rowsOfSize: Record<number, number> = { 0: 9, 1: 6, 2: 14, 3: 12, 4: 5 };

/** A dashboard with a range of time, and nothing else. */
export const newWorkbook = (): Workbook => ({
  version: "Notebook/1.0",
  items: [{ type: itemType.parameters, name: "parameters", content: { parameters: [{ name: "TimeRange", label: t("dashboard.time"), type: parameterType.timeRange, value: { durationMs: 86_400_000 } }] } }],
});

/** A workbook with one more item, below the others. */
export function withItem(workbook: Workbook, item: Item): Workbook {
  const below = places(workbook.items).reduce((most, p) => Math.max(most, p.y + p.h), 0);
  return { ...workbook, items: [...workbook.items, { ...item, yagura: { x: 0, y: below, w: columns, h: item.type === itemType.query ? 9 : 3 } }] };
}

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

/** How wide text is, in letters of Latin script: those of East Asia take the room of two. */
const room = (text: string) => text.length + (text.match(/[\u2e80-\uffef]/g)?.length ?? 0);

/** Rows that a text takes where a line has so many characters; a row has room for two lines. */
export const heightOfText = (text: string, line: number) => Math.min(12, Math.ceil(text.split("\n").reduce((sum, l) => sum + Math.max(0.5, Math.ceil(room(l) / line)), 0) * 0.6));

function heightOf({ type, content }: Item): number {
  switch (type) {
    case itemType.text:
      return heightOfText(content.json ?? "", 150);
    case itemType.parameters:
    case itemType.links:
      return 1;
    case itemType.group:
      return 2 + places(content.items ?? []).reduce((most, p) => Math.max(most, p.y + p.h), 0);
    case itemType.query:
      return rowsOfSize[content.size ?? 0] ?? 9;
    default:
      return 3; // it is only said that it is not shown
  }
}
