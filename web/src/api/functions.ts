import { body, client, type Schemas } from "./http";

export type FunctionDoc = Schemas["FunctionDoc"];

export const getFunctions = () => body(client.GET("/ui/functions.json"));
