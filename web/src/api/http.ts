// Requests to our own server, and its error document.

import { type Json, parseJson } from "../values/json";

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

interface ErrorDocument {
  code?: string;
  message?: string;
  line?: number;
  pos?: number;
  token?: string;
  hint?: string;
  innererror?: ErrorDocument;
  details?: ErrorDocument[];
}

/** Flattens Azure's nested error document: the innermost error says most, so it comes first. */
export function problemsOf(error: ErrorDocument): Problem[] {
  const own: Problem = { code: error.code ?? "", message: error.message ?? "" };
  if (error.line !== undefined) {
    // The wire counts columns from 1.
    own.place = { line: error.line, column: Math.max(0, (error.pos ?? 1) - 1), ...(error.token ? { token: error.token } : {}) };
  }
  if (error.hint) own.hint = error.hint;
  const inner = [...(error.innererror ? [error.innererror] : []), ...(error.details ?? [])].flatMap(problemsOf);
  return [...inner, own].filter((p) => p.message !== "");
}

/** Sends a request and returns the parsed body, or undefined when there is none. Throws ApiError. */
export async function request(path: string, init: RequestInit = {}): Promise<{ body: Json | undefined; size: number }> {
  const headers = new Headers(init.headers);
  if (init.method && init.method !== "GET") headers.set("X-Yagura", "1");
  if (init.body) headers.set("Content-Type", "application/json");
  const response = await fetch(path, { ...init, headers, credentials: "same-origin" });
  const text = await response.text();
  if (!response.ok) throw new ApiError(response.status, readProblems(response, text));
  return { body: text === "" ? undefined : parseJson(text), size: text.length };
}

function readProblems(response: Response, text: string): Problem[] {
  try {
    const { error } = JSON.parse(text) as { error?: ErrorDocument };
    if (error) return problemsOf(error);
  } catch {
    // Not an error document: a proxy's page, or nothing at all.
  }
  return [{ code: String(response.status), message: `The server answered ${response.status} ${response.statusText}.` }];
}
