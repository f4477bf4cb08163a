import { hues } from "../charts/option/palette";
import { criteriaOf, lackingCriteria } from "./criteria";
import { hasTags } from "./html";
import { formatter, knownUnits, operators } from "./looks";
import { hasFormat, parametersOf, placeholder } from "./parameters";
import { lackingMerge, leavesOf, readMerge, sourcesOf } from "./merge";
import { allItems, type Content, type Formatter, hasPoints, type Item, itemType, parameterType, queriesOf, source, visualizations, type Workbook } from "./workbook";
import { chosenFromRows } from "./resources";

/** What a workbook uses and this page does not have, by name, each once. */
export function lacking(workbook: Workbook): string[] {
  const names = new Set<string>();
  const queries = queriesOf(workbook.items);
  const parameters = parametersOf(workbook);
  const set = new Set([...parameters.map((p) => p.name), ...allItems(workbook.items).flatMap((i) => (i.content.links ?? []).map((l) => l.cellValue))]);
  const unset = new Set<string>();
  for (const { type, content, conditionalVisibility, conditionalVisibilities } of allItems(workbook.items)) {
    for (const { comparison = "isEqualTo" } of conditionalVisibilities ?? [conditionalVisibility ?? { parameterName: "" }]) {
      if (comparison !== "isEqualTo" && comparison !== "isNotEqualTo") names.add(`condition ${comparison}`);
    }
    if (type === itemType.text && hasTags(content.json ?? "")) names.add("HTML in a text: only its words are shown");
    if (type === itemType.metrics) names.add("metrics");
    else if (!(Object.values(itemType) as number[]).includes(type)) names.add(`item type ${type}`);
    for (const asks of [content, ...(content.parameters ?? [])]) {
      if (!asks.query || (asks.queryType ?? source.logs) !== source.logs) continue;
      for (const [, name, format] of asks.query.matchAll(placeholder)) {
        if (/^\d/.test(name!)) continue; // {2} is of a regular expression
        if (!set.has(name!)) unset.add(name!);
        else if (format && !hasFormat(parameters.find((p) => p.name === name), format)) names.add(`format ${format} of a parameter`);
      }
    }
    if ((content.queryType ?? source.logs) === source.logs && content.crossComponentResources?.some((r) => r.includes("{"))) names.add("resources that a parameter limits queries to: they read all of the workspace");
    if (type === itemType.query) for (const name of lackingQuery(content, queries)) names.add(name);
    if (type === itemType.group && content.groupType === "template" && content.loadFromTemplateId) names.add("group from a template");
    for (const p of content.parameters ?? []) {
      const chosen = chosenFromRows(p);
      if (chosen) names.add(`${chosen} parameter: of what rows come from`);
      else if (p.type === parameterType.location) names.add("location parameter: its value is typed");
      else if (!(Object.values(parameterType) as number[]).includes(p.type)) names.add(`parameter type ${p.type}`);
      if (p.query && (p.queryType ?? 0) !== 0 && !chosen && p.type !== parameterType.location) names.add(queryType(p.queryType!));
      for (const name of lackingCriteria(criteriaOf(p.criteriaData), "criteria of parameters")) names.add(name);
    }
    for (const l of content.links ?? []) if (!["parameter", "Url"].includes(l.linkTarget)) names.add(`link to ${l.linkTarget}`);
  }
  if (unset.size > 0) names.add(`parameters that nothing here sets: ${[...unset].sort().join(", ")}`);
  return [...names].sort();
}

function* lackingSource(item: Content, queries: ReadonlyMap<string, Item>): Generator<string> {
  const from = item.queryType ?? source.logs;
  if (from === source.logs) return;
  const merge = from === source.merge ? readMerge(item.query) : undefined;
  if (!merge) return yield queryType(from);
  yield* lackingMerge(merge);
  for (const name of sourcesOf(merge)) {
    const one = queries.get(name);
    if (!one) yield `merge of '${name}', which is not a query here`;
    else if (!leavesOf(one, queries)) yield "merge of queries that ask other services";
  }
}

function* lackingQuery({ visualization, gridSettings = {}, chartSettings = {}, tileSettings = {}, ...content }: Content, queries: ReadonlyMap<string, Item>): Generator<string> {
  yield* lackingSource(content, queries);
  if (visualization && !visualizations[visualization] && !hasPoints({ visualization, ...content })) yield `visualization ${visualization}`;
  for (const f of gridSettings.formatters ?? []) yield* lackingFormat(f, "grid");
  for (const f of Object.values(tileSettings as Record<string, unknown>)) if (typeof f === "object" && f !== null && "columnMatch" in f) yield* lackingFormat(f as Formatter, "tile");
  for (const key of Object.keys(gridSettings)) if (!["formatters", "labelSettings", "filter", "rowLimit", "sortBy", "hierarchySettings"].includes(key)) yield `gridSettings.${key}`;
  const { treeType, idColumn, parentColumn, groupBy } = gridSettings.hierarchySettings ?? {};
  if (gridSettings.hierarchySettings && !(treeType === 0 ? idColumn && parentColumn : groupBy?.length)) yield "gridSettings.hierarchySettings without columns";
  if (groupBy?.length) for (const { formatOptions: o } of gridSettings.formatters ?? []) if (o?.aggregation && o.aggregation !== "None") yield `aggregation ${o.aggregation} of groups`;
  for (const [key, wish] of Object.entries(chartSettings)) if (!(key === "createOtherGroup" && !Number(wish)) && !["xAxis", "yAxis", "group", "showLegend", "xSettings", "ySettings", "seriesLabelSettings"].includes(key)) yield `chartSettings.${key}`;
  for (const { color } of chartSettings.seriesLabelSettings ?? []) if (color && !Object.hasOwn(hues, color)) yield `colour ${color} of a series`;
}

function* lackingFormat({ formatter: number = 0, formatOptions: o = {}, numberFormat }: Formatter, where: string): Generator<string> {
  if (!(Object.values(formatter) as number[]).includes(number)) yield `${where} formatter ${formatters[number] ?? number}`;
  if (o.linkTarget && o.linkTarget !== "Url") yield `link to ${o.linkTarget}`;
  if (numberFormat?.unit !== undefined && !knownUnits.includes(numberFormat.unit)) yield `unit ${numberFormat.unit}`;
  for (const { operator } of o.thresholdsGrid ?? []) if (operator !== undefined && !operators.includes(operator)) yield `threshold ${operator}`;
}

const queryTypes: Record<number, string> = { 1: "Azure Resource Graph", 4: "Azure Health", 7: "a merge of queries", 8: "JSON", 9: "Azure Data Explorer", 10: "a custom endpoint", 11: "Intune", 12: "Azure Resource Manager", 13: "change analysis", 14: "Microsoft Graph", 16: "Prometheus" };
const queryType = (number: number) => `query of ${queryTypes[number] ?? `type ${number}`}`;
const formatters: Record<number, string> = { 19: "timeline" };
