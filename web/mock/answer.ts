// Made-up answers: the words of a query choose their shape.

import type { Schemas } from "../src/api/http.ts";

/** The service's error document for a query that cannot be answered. */
export class QueryError extends Error {
  constructor(readonly document: unknown) {
    super("query error");
  }
}

type Column = [name: string, type: string];

const statistics: Schemas["Statistics"] = {
  query: {
    executionTime: 0.06,
    inputDatasetStatistics: {
      extents: { total: 4, scanned: 1, remembered: 0, skipped: { byTime: 2, byStatistics: 1, byIndex: 0 } },
      rows: { scanned: 1000, skippedByIndex: 0 },
      bytes: { scanned: 65_536 },
    },
    queueSeconds: 0,
    compileSeconds: 0.01,
    executeSeconds: 0.05,
    plan: "scan",
    sql: null,
  },
};

const minute = 60_000;
const now = Date.UTC(2026, 10, 23, 6, 0, 0);
const iso = (ms: number) => new Date(ms).toISOString();

/** Repeatable noise. */
function noise(seed: number): () => number {
  let s = seed >>> 0;
  return () => ((s = (Math.imul(s, 1664525) + 1013904223) >>> 0) / 2 ** 32);
}

export async function answer(query: string, signal: AbortSignal): Promise<unknown> {
  if (/\bslow\b/i.test(query)) await new Promise((done) => { setTimeout(done, 30_000); signal.addEventListener("abort", done); });
  else await new Promise((done) => setTimeout(done, 60));
  const wrong = /\bnosuch\w*/i.exec(query);
  if (wrong) throw unknownName(query, wrong[0], wrong.index);
  const printed = /^print\s+(\w+)\s*=\s*(?:'([^']*)'|(\d+))/.exec(query);
  if (printed) {
    const body = `{"tables":[{"name":"PrimaryResult","columns":[{"name":"${printed[1]}","type":"${printed[3] ? "long" : "string"}"}],"rows":[[${printed[3] ?? JSON.stringify(printed[2])}]]}],"statistics":${JSON.stringify(statistics)}}`;
    return body;
  }
  const kind = /render\s+(\w+)(?:\s+with\s*\(([^)]*)\))?/.exec(query);
  const [columns, rows] = shape(query, kind?.[1]);
  const render: Record<string, unknown> = { visualization: kind?.[1] ?? null };
  for (const [, name, value] of (kind?.[2] ?? "").matchAll(/(\w+)\s*=\s*"?([^",]*)"?/g)) render[name === "xcolumn" ? "xColumn" : name!] = value;
  return {
    tables: [{ name: "PrimaryResult", columns: columns.map(([name, type]) => ({ name, type })), rows }],
    ...(kind ? { render } : {}),
    statistics,
    ...(/partial/i.test(query) ? { error: { code: "PartialError", message: "The result was cut at 30,000 rows.", details: [] } } : {}),
  };
}

function unknownName(query: string, token: string, offset: number): QueryError {
  const before = query.slice(0, offset).split("\n");
  return new QueryError({
    error: {
      code: "BadArgumentError",
      message: "The request had some invalid properties",
      innererror: { code: "SemanticError", message: `'where' operator: Failed to resolve column or scalar expression named '${token}'`, line: before.length, pos: before.at(-1)!.length + 1, token },
    },
  });
}

function shape(query: string, kind: string | undefined): [Column[], unknown[][]] {
  const rnd = noise(query.length);
  const many = /range\s+\w+\s+from\s+\d+\s+to\s+(\d+)/.exec(query);
  if (many) return [[["i", "long"], ["TimeGenerated", "datetime"], ["Level", "string"], ["Message", "string"], ["DurationMs", "real"], ["Properties", "dynamic"]], Array.from({ length: Number(many[1]) }, (_, i) => line(i, rnd))];
  switch (kind) {
    case "timechart":
    case "areachart":
    case "linechart": {
      const names = ["cart", "checkout", "catalog", "frontend"];
      const rows: unknown[][] = [];
      for (let i = 0; i < 96; i++) for (const [k, name] of names.entries()) {
        if (name === "catalog" && i > 40 && i < 50) rows.push([iso(now - (96 - i) * 15 * minute), name, null]);
        else rows.push([iso(now - (96 - i) * 15 * minute), name, Math.round(40 + 30 * Math.sin(i / 9 + k) + 20 * rnd() + (k === 1 && i > 60 && i < 66 ? 180 : 0))]);
      }
      return [[["TimeGenerated", "datetime"], ["Name", "string"], ["Failed", "long"]], rows];
    }
    case "columnchart":
    case "barchart": {
      if (/Location/.test(query)) {
        const rows = ["Tokyo", "Osaka", "Sapporo", "Singapore", "Sydney"].flatMap((place) => ["0", "50126", "50053"].map((code, k) => [place, code, Math.round(rnd() * (k ? 80 : 400))]));
        return [[["Location", "string"], ["ResultType", "string"], ["Count", "long"]], rows];
      }
      return [[["Name", "string"], ["P95", "real"]], ["POST /checkout", "GET /cart", "GET /catalog", "GET /", "GET /healthz", "GET /very/long/path/that/does/not/end/early"].map((n, i) => [n, 2400 / (i + 1) ** 1.4 + rnd()])];
    }
    case "piechart":
      return [[["LogLevel", "string"], ["count_", "long"]], [["info", 81234], ["warning", 7312], ["error", 1290], ["debug", 24001], ["critical", 3]]];
    case "scatterchart":
      return [[["DurationMs", "real"], ["Size", "real"], ["Name", "string"]], Array.from({ length: 400 }, (_, i) => { const x = rnd() * 1000; return [x, x * (i % 2 ? 2 : 0.7) + rnd() * 200, i % 2 ? "POST" : "GET"]; })];
    case "card":
      return [[["Requests", "long"], ["FailureRate", "real"], ["Since", "datetime"]], [[1284033, 0.0123, iso(now)]]];
    default:
      return [[["i", "long"], ["TimeGenerated", "datetime"], ["Level", "string"], ["Message", "string"], ["DurationMs", "real"], ["Properties", "dynamic"]], Array.from({ length: 200 }, (_, i) => line(i, rnd))];
  }
}

const messages = ["GET /cart 200", "upstream timed out (110: Connection timed out) while reading response header", "<script>alert(1)</script>", "pod checkout-7d9f-x2 is Pending: 0/3 nodes are available", "ансвер \u202egnirts\u202c \u001b[31mred\u001b[0m", "two\nlines"];

function line(i: number, rnd: () => number): unknown[] {
  const level = ["info", "info", "info", "warning", "error"][Math.floor(rnd() * 5)];
  const properties = { pod: `checkout-${i % 7}`, node: { name: `node-${i % 3}`, labels: ["linux", "amd64"] }, bytes: Math.round(rnd() * 1e6), ok: i % 2 === 0, big: "9223372036854775807" };
  return [i, `${iso(now - i * 1000).slice(0, 19)}.${String(1234567 + i).slice(0, 7)}Z`, level, messages[i % messages.length], i % 17 === 0 ? null : rnd() * 1000, i % 5 === 0 ? null : JSON.stringify(properties)];
}
