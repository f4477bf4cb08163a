// Resource Manager, as Azure's clients call it: by resource ids and versions.

import { azure } from "./http";

export interface Resource<P = Record<string, unknown>> {
  id: string;
  name: string;
  type: string;
  location?: string;
  kind?: string;
  etag?: string;
  tags?: Record<string, string>;
  properties: P;
}

const versions: [RegExp, string][] = [
  [/microsoft\.authorization/i, "2022-04-01"],
  [/microsoft\.insights\/eventtypes/i, "2015-04-01"],
  [/microsoft\.insights\/datacollectionrules/i, "2023-03-11"],
  [/microsoft\.operationalinsights/i, "2023-09-01"],
];

/** The address of a resource or of a list, with the version that its type is asked for. */
function address(path: string, query: Record<string, string> = {}): string {
  const version = versions.findLast(([type]) => type.test(path))?.[1] ?? "2021-04-01";
  return `${path.split("/").map(encodeURIComponent).join("/")}?${new URLSearchParams({ ...query, "api-version": version })}`;
}

export const getResource = <T>(id: string, signal?: AbortSignal) => azure<T>("GET", address(id), { signal });
export const putResource = <T>(id: string, body: unknown) => azure<T>("PUT", address(id), { body });
export const patchResource = <T>(id: string, body: unknown) => azure<T>("PATCH", address(id), { body });
export const deleteResource = (id: string) => azure<void>("DELETE", address(id));
export const postResource = <T>(id: string, verb: string, body?: unknown) => azure<T>("POST", address(`${id}/${verb}`), { body });

interface Page<T> {
  value: T[];
  nextLink?: string;
}

/** One page of a list, and where the next is. */
export const listPage = <T>(path: string, query: Record<string, string>, next: string | undefined, signal: AbortSignal) => azure<Page<T>>("GET", next ?? address(path, query), { signal });

/** A whole list, page after page. */
export async function listResources<T>(path: string, signal: AbortSignal, query: Record<string, string> = {}): Promise<T[]> {
  const all: T[] = [];
  let next: string | undefined;
  do {
    const page = await listPage<T>(path, query, next, signal);
    all.push(...page.value);
    next = page.nextLink && relative(page.nextLink);
  } while (next);
  return all;
}

/** The path of a link: the server names itself as it was asked, which may be behind another address. */
export function relative(link: string): string {
  const { pathname, search } = new URL(link, location.origin);
  return pathname + search;
}

export interface Workspace {
  customerId: string;
  retentionInDays: number;
  provisioningState: string;
  createdDate?: string;
  sku?: { name: string };
  features?: { enableLogAccessUsingOnlyResourcePermissions?: boolean };
}

export interface TableColumn {
  name: string;
  type: string;
  description?: string;
}

export interface TableProperties {
  plan: string;
  retentionInDays: number;
  totalRetentionInDays: number;
  retentionInDaysAsDefault: boolean;
  totalRetentionInDaysAsDefault: boolean;
  schema: { name: string; tableType: string; description?: string; columns: TableColumn[]; standardColumns?: TableColumn[] };
}

export interface RoleAssignment {
  roleDefinitionId: string;
  principalId: string;
  principalType: string;
  scope: string;
  condition?: string;
  createdOn?: string;
}

export interface RoleDefinition {
  roleName: string;
  type: "BuiltInRole" | "CustomRole";
  description: string;
  permissions: { actions: string[]; notActions: string[]; dataActions: string[]; notDataActions: string[] }[];
  assignableScopes: string[];
}

export interface DataFlow {
  streams?: string[];
  destinations?: string[];
  transformKql?: string;
  outputStream?: string;
}

export interface RuleProperties {
  description?: string;
  immutableId?: string;
  streamDeclarations?: Record<string, { columns: { name: string; type: string }[] }>;
  destinations?: { logAnalytics?: { name: string; workspaceResourceId: string; workspaceId?: string }[] };
  dataFlows?: DataFlow[];
}

export interface Activity {
  eventDataId: string;
  eventTimestamp: string;
  caller: string;
  level: string;
  operationName: { value: string; localizedValue: string };
  status: { value: string };
  subStatus?: { value: string };
  category: { value: string };
  resourceId: string;
  resourceGroupName?: string;
  correlationId: string;
  httpRequest?: { clientIpAddress?: string; method?: string; uri?: string };
  properties?: Record<string, unknown>;
}
