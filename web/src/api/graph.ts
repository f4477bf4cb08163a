// The directory: as much of Microsoft Graph as the page needs.

import { azure } from "./http";

export interface Secret {
  keyId: string;
  displayName: string | null;
  hint: string;
  startDateTime: string;
  endDateTime: string;
  /** Shown once, when it is made. */
  secretText: string | null;
}

export interface Certificate {
  keyId: string;
  displayName: string | null;
  endDateTime: string;
  /** The certificate's SHA-1 hash, in hex. */
  customKeyIdentifier: string;
}

export interface Application {
  id: string;
  appId: string;
  displayName: string;
  createdDateTime: string;
  isFallbackPublicClient: boolean;
  passwordCredentials: Secret[];
  keyCredentials: Certificate[];
  web: { redirectUris: string[] };
}

export interface ServicePrincipal {
  id: string;
  appId: string;
  displayName: string;
  servicePrincipalType: "Application" | "ManagedIdentity";
}

export interface User {
  id: string;
  userPrincipalName: string;
  displayName: string;
  accountEnabled: boolean;
  createdDateTime: string;
}

export interface Group {
  id: string;
  displayName: string;
  createdDateTime: string;
  "members@odata.count": number;
}

export interface Member {
  id: string;
  displayName: string;
  "@odata.type": string;
}

export interface DirectoryRole {
  id: string;
  displayName: string;
}

export interface DirectoryRoleHolder {
  id: string;
  principalId: string;
  roleDefinitionId: string;
}

export const listGraph = async <T>(path: string, signal?: AbortSignal) => (await azure<{ value: T[] }>("GET", `/v1.0/${path}`, { signal })).value;
export const postGraph = <T>(path: string, body: unknown) => azure<T>("POST", `/v1.0/${path}`, { body });
export const patchGraph = (path: string, body: unknown) => azure<void>("PATCH", `/v1.0/${path}`, { body });
export const deleteGraph = (path: string) => azure<void>("DELETE", `/v1.0/${path}`);
