import { useQuery } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { getSession, type Session, signOut } from "../api/session";

export const sessionKey = ["session"] as const;

export const useSessionQuery = () =>
  useQuery({ queryKey: sessionKey, queryFn: ({ signal }) => getSession(signal), staleTime: Infinity, retry: 1 });

/** The session below the sign-in gate: always a signed-in one. */
export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("used outside the sign-in gate");
  return session;
}

/** Ends the session and starts the page anew, so that no answer stays in its memory. */
export async function leave() {
  await signOut();
  location.assign("/");
}
