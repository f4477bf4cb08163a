// Requests to our own server, as its description (serve/openapi.yaml) has them, and its error document.

import createClient from "openapi-fetch";
import type { components, paths } from "./openapi";

/** The forms of what the server takes and answers. */
export type Schemas = components["schemas"];

/** A place in the query text: line counts from 1, column (characters before it) from 0. */
export interface Place {
  line: number;
  column: number;
  token?: string;
}

/** One mistake that the server found. */
export interface Problem {
  code: string;
  message: string;
  place?: Place;
  /** What may have been meant. */
  hint?: string;
  /** How the message was made, of what advice refuses. */
  messages?: Schemas["Messages"];
}

/** An answer that is not a success. `problems` begins with the most telling. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problems: Problem[],
  ) {
    super(problems[0]?.message ?? `The server answered ${status}.`);
    this.name = "ApiError";
  }
}

/** Flattens Azure's nested error document: the innermost error says most, so it comes first. */
export function problemsOf(error: Partial<Schemas["Error"]> & Schemas["InnerError"]): Problem[] {
  const own: Problem = { code: error.code ?? "", message: error.message ?? "" };
  if (error.line !== undefined) {
    // The wire counts columns from 1.
    own.place = { line: error.line, column: Math.max(0, (error.pos ?? 1) - 1), ...(error.token ? { token: error.token } : {}) };
  }
  if (error.hint) own.hint = error.hint;
  if (error.messages) own.messages = error.messages;
  const inner = [...(error.innererror ? [error.innererror] : []), ...(error.details ?? [])].flatMap(problemsOf);
  return [...inner, own].filter((p) => p.message !== "");
}

/** Sends requests. What is not a success is thrown as ApiError. */
export const client = createClient<paths>({ credentials: "same-origin" });

client.use({
  onRequest({ request }) {
    // No other site can make a browser send it.
    if (request.method !== "GET") request.headers.set("X-Yagura", "1");
  },
  async onResponse({ response }) {
    if (!response.ok) throw new ApiError(response.status, readProblems(response, await response.text()));
  },
});

/**
 * Calls one of Azure's APIs, which Azure describes, as its clients do; the answer's body, or
 * undefined when there is none. Throws ApiError.
 */
export async function azure<T>(method: string, path: string, { body, signal }: { body?: unknown; signal?: AbortSignal | undefined } = {}): Promise<T> {
  const headers: Record<string, string> = method === "GET" ? {} : { "X-Yagura": "1" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await fetch(path, { method, headers, credentials: "same-origin", ...(body === undefined ? {} : { body: JSON.stringify(body) }), ...(signal ? { signal } : {}) });
  const text = await response.text();
  if (!response.ok) throw new ApiError(response.status, readProblems(response, text));
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

/** The body of a success that has one. */
export async function body<T>(answer: Promise<{ data?: T }>): Promise<T> {
  const { data } = await answer;
  if (data === undefined) throw new ApiError(204, [{ code: "NoContent", message: "The server answered without a body." }]);
  return data;
}

function readProblems(response: Response, text: string): Problem[] {
  try {
    const { error } = JSON.parse(text) as Partial<Schemas["ErrorAnswer"]>;
    if (error) return problemsOf(error);
  } catch {
    // Not an error document: a proxy's page, or nothing at all.
  }
  return [{ code: String(response.status), message: `The server answered ${response.status} ${response.statusText}.` }];
}
