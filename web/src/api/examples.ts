import { body, client, type Schemas } from "./http";

export type Example = Schemas["Example"];

export const getExamples = (signal: AbortSignal) => body(client.GET("/ui/examples.json", { signal }));
