import { request } from "./http";

export interface Session {
  signedIn: boolean;
  name: string;
  workspaceId: string;
  workspaceName: string;
  version: string;
}

export const getSession = async (signal: AbortSignal) =>
  (await request("/ui/session", { signal })).body as unknown as Session;

export const signIn = async (clientId: string, clientSecret: string) => {
  await request("/ui/session", { method: "POST", body: JSON.stringify({ clientId, clientSecret }) });
};

export const signOut = async () => {
  await request("/ui/session", { method: "DELETE" });
};
