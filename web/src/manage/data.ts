// What several parts of management ask for.

import { useQuery } from "@tanstack/react-query";
import { getResource, listResources, type Resource, type RoleDefinition, type TableProperties, type Workspace } from "../api/arm";
import { type Application, type DirectoryRole, type DirectoryRoleHolder, type Group, listGraph, type ServicePrincipal, type User } from "../api/graph";
import { useSession } from "../app/session";

export const useSubscription = () => `/subscriptions/${useSession().subscriptionId}`;

export const useApplications = () => useQuery({ queryKey: ["graph", "applications"], queryFn: ({ signal }) => listGraph<Application>("applications", signal) });
export const useServicePrincipals = () => useQuery({ queryKey: ["graph", "servicePrincipals"], queryFn: ({ signal }) => listGraph<ServicePrincipal>("servicePrincipals", signal) });
export const useUsers = () => useQuery({ queryKey: ["graph", "users"], queryFn: ({ signal }) => listGraph<User>("users", signal) });
export const useGroups = () => useQuery({ queryKey: ["graph", "groups"], queryFn: ({ signal }) => listGraph<Group>("groups", signal) });
export const useDirectoryRoles = () =>
  useQuery({ queryKey: ["graph", "directoryRoles"], queryFn: ({ signal }) => listGraph<DirectoryRole>("roleManagement/directory/roleDefinitions", signal), staleTime: Infinity });
export const useDirectoryRoleHolders = () =>
  useQuery({ queryKey: ["graph", "directoryRoleHolders"], queryFn: ({ signal }) => listGraph<DirectoryRoleHolder>("roleManagement/directory/roleAssignments", signal) });

export interface Principal {
  id: string;
  name: string;
  /** As role assignments name it. */
  type: "User" | "Group" | "ServicePrincipal";
}

/** Everyone who can have a role. */
export function usePrincipals(): Principal[] {
  const users = useUsers().data ?? [];
  const groups = useGroups().data ?? [];
  const services = useServicePrincipals().data ?? [];
  return [
    ...users.map((u) => ({ id: u.id, name: u.userPrincipalName, type: "User" as const })),
    ...groups.map((g) => ({ id: g.id, name: g.displayName, type: "Group" as const })),
    ...services.map((s) => ({ id: s.id, name: s.displayName, type: "ServicePrincipal" as const })),
  ].sort((a, b) => a.name.localeCompare(b.name));
}

export function useWorkspaces() {
  const subscription = useSubscription();
  return useQuery({
    queryKey: ["arm", "workspaces"],
    queryFn: ({ signal }) => listResources<Resource<Workspace>>(`${subscription}/providers/Microsoft.OperationalInsights/workspaces`, signal),
  });
}

export const useTables = (workspace: string) =>
  useQuery({ queryKey: ["arm", "tables", workspace], queryFn: ({ signal }) => listResources<Resource<TableProperties>>(`${workspace}/tables`, signal), enabled: workspace !== "" });

/** The groups of resources. */
export function useResourceGroups() {
  const subscription = useSubscription();
  return useQuery({ queryKey: ["arm", "groups"], queryFn: ({ signal }) => listResources<Resource>(`${subscription}/resourceGroups`, signal) });
}

export const useRoles = (scope: string) =>
  useQuery({
    queryKey: ["arm", "roles", scope],
    queryFn: ({ signal }) => listResources<Resource<RoleDefinition>>(`${scope}/providers/Microsoft.Authorization/roleDefinitions`, signal),
  });

/** A resource that may have changed since it was listed. */
export const useResource = <P,>(id: string) => useQuery({ queryKey: ["arm", "one", id], queryFn: ({ signal }) => getResource<Resource<P>>(id, signal), enabled: id !== "" });

/** A resource's id in few words: what is below the subscription. */
export function shortScope(scope: string): string {
  const rest = scope.replace(/^\/subscriptions\/[^/]+/i, "");
  const named = [...rest.matchAll(/\/(?:resourceGroups|workspaces|tables|dataCollectionRules|components|[A-Za-z]+)\/([^/]+)/gi)].filter((m) => !/^\/providers/i.test(m[0])).map((m) => m[1]!);
  return named.length === 0 ? (scope === "/" ? "/" : scope.split("/").pop()!) : named.join(" / ");
}

export const groupOf = (id: string) => /\/resourceGroups\/([^/]+)/i.exec(id)?.[1] ?? "";
