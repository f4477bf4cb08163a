import { body, client, type Schemas } from "./http";

/** One that is signed in. */
export type Session = Extract<Schemas["Session"], { signedIn: true }>;

export const getSession = (signal: AbortSignal) => body(client.GET("/ui/session", { signal }));

export const signIn = (clientId: string, clientSecret: string) => client.POST("/ui/session", { body: { clientId, clientSecret } });

export const signOut = () => client.DELETE("/ui/session");
