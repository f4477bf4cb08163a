// What Azure's portal offers of Azure (resources, subscriptions, resource types) is offered here of what rows come from.

import { quoteString } from "../kql/quote";
import { type Parameter, parameterType } from "./workbook";

const parts: Record<number, { name: string; value: string; label: string }> = {
  [parameterType.resource]: { name: "resource", value: "_ResourceId", label: "tostring(split(Value, '/')[-1])" },
  [parameterType.subscription]: { name: "subscription", value: "extract('^/subscriptions/[^/]+', 0, _ResourceId)", label: "tostring(split(Value, '/')[-1])" },
  [parameterType.resourceType]: { name: "resource type", value: "extract('/providers/([^/]+/[^/]+)/', 1, _ResourceId)", label: "Value" },
};

/** Queries of logs are asked as they are; those of Azure stand for all that rows come from. */
const partOf = (p: Parameter) => (p.query && (p.queryType ?? 0) === 0 ? undefined : parts[p.type]);

/** What the parameter chooses, if it is chosen from what rows come from. */
export const chosenFromRows = (p: Parameter): string | undefined => partOf(p)?.name;

const workspaces = "microsoft.operationalinsights/workspaces";
const filterOf = (p: Parameter) => Object.entries(p.typeSettings?.resourceTypeFilter ?? {}).flatMap(([type, wanted]) => (wanted ? [type.toLowerCase()] : []));

/** Few rows come from workspaces: they are offered where the parameter is not for other types. */
export const offersWorkspaces = (p: Parameter) => partOf(p)?.name === "resource" && (filterOf(p).length === 0 || filterOf(p).includes(workspaces));

/** A query for the values and labels that there are to choose from. */
export function resourcesQuery(p: Parameter): string | undefined {
  const part = partOf(p);
  if (!part) return undefined;
  const types = filterOf(p);
  return [
    "union *",
    ...(types.length ? [`where ${types.map((type) => `_ResourceId contains ${quoteString(`/providers/${type}/`)}`).join(" or ")}`] : []),
    "distinct _ResourceId",
    `extend Value = ${part.value}`,
    "where isnotempty(Value)",
    "distinct Value",
    `project Value, Label = ${part.label}`,
    "sort by Label asc",
    "take 1000",
  ].join(" | ");
}
