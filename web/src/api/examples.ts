import { request } from "./http";

export interface Example {
  title: string;
  description: string;
  query: string;
  timespan?: string;
}

export const getExamples = async (signal: AbortSignal) =>
  (await request("/ui/examples.json", { signal })).body as unknown as Example[];
