// The address of a query: /logs?q=<text>&t=<range>, or z=<compressed text> when q would be long.

import { isSpan, type Span } from "../kql/timespan";

export interface Address {
  q?: string;
  z?: string;
  t?: Span;
}

// Chat and mail programs cut addresses beyond about 2,000 characters.
const longest = 1500;

/** Keeps what an address may say, and only that. */
export function readAddress(search: Record<string, unknown>): Address {
  const text = (key: string) => (typeof search[key] === "string" ? search[key] : undefined);
  const [q, z, t] = [text("q"), text("z"), text("t")];
  return { ...(q ? { q } : {}), ...(z ? { z } : {}), ...(t && isSpan(t) ? { t } : {}) };
}

export async function addressOf(query: string, span: Span): Promise<Address> {
  if (query.trim() === "") return {};
  if (encodeURIComponent(query).length <= longest) return { q: query, t: span };
  return { z: await deflate(query), t: span };
}

/** The query that an address holds: undefined when it holds none, or none that can be read. */
export async function queryOf(address: Address): Promise<string | undefined> {
  if (address.q !== undefined) return address.q;
  if (address.z === undefined) return undefined;
  try {
    return await inflate(address.z);
  } catch {
    return undefined;
  }
}

async function through(bytes: BlobPart, stream: CompressionStream | DecompressionStream): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
}

async function deflate(text: string): Promise<string> {
  const bytes = await through(text, new CompressionStream("deflate-raw"));
  let binary = "";
  for (const b of bytes) binary += String.fromCharCode(b);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function inflate(text: string): Promise<string> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (c) => c.charCodeAt(0));
  return new TextDecoder("utf-8", { fatal: true }).decode(await through(bytes, new DecompressionStream("deflate-raw")));
}
