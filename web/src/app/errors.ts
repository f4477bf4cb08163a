// The page's own errors, as rows of AppExceptions of Yagura's workspace.

import type { ApplicationInsights } from "@microsoft/applicationinsights-web";
import { ApiError } from "../api/http";
import type { Session } from "../api/session";

interface Mishap {
  error: Error;
  /** Where it was met. */
  source: "error" | "rejection" | "render" | "request";
}

/** A page that fails again and again tells the first of these, each once. */
const most = 50;
const told = new Set<string>();
/** Those of before somebody has signed in. */
let waiting: Mishap[] = [];
let session: Session | undefined;
let telemetry: Promise<ApplicationInsights> | undefined;

/** Listens to what goes wrong. Nothing is sent before `sendAs`. */
export function watch() {
  window.addEventListener("error", ({ error, message }) => report(error ?? message, "error"));
  window.addEventListener("unhandledrejection", ({ reason }) => report(reason, "rejection"));
}

/** Sends errors from now on, and those that waited, by the key that the server gave to who is signed in. */
export function sendAs(signedIn: Session) {
  session = signedIn;
  for (const mishap of waiting.splice(0)) void send(mishap, signedIn);
}

/** Tells of what was thrown, once, unless it is no fault of the page. */
export function report(thrown: unknown, source: Mishap["source"]) {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const kind = `${error.name}\n${error.message}\n${error.stack?.split("\n", 3).join("\n") ?? ""}`;
  if (isIntended(error) || told.has(kind) || told.size >= most) return;
  told.add(kind);
  if (session) void send({ error, source }, session);
  else waiting.push({ error, source });
}

/** What ends work on purpose, what the server refused and the page shows, and what browsers say of layouts that settle a frame later. */
const isIntended = (error: Error) =>
  ["AbortError", "Canceled", "CancelledError"].includes(error.name) || (error instanceof ApiError && error.status < 500) || error.message.startsWith("ResizeObserver loop");

async function send({ error, source }: Mishap, { instrumentationKey, version, objectId }: Session) {
  if (instrumentationKey === undefined) return;
  try {
    telemetry ??= start(instrumentationKey, version, objectId);
    (await telemetry).trackException({ exception: error, severityLevel: 3 }, { source });
  } catch {
    // To report what keeps reports from being sent would have no end.
  }
}

async function start(instrumentationKey: string, version: string, user: string) {
  const { ApplicationInsights } = await import("@microsoft/applicationinsights-web");
  const off = { mode: 2 };
  const insights = new ApplicationInsights({
    config: {
      connectionString: `InstrumentationKey=${instrumentationKey};IngestionEndpoint=${location.origin}`,
      // Nothing is asked of another server, and nothing kept in the browser.
      extensionConfig: { AppInsightsCfgSyncPlugin: { cfgUrl: "" } },
      featureOptIn: { SdkStats: off, iKeyUsage: off },
      isCookieUseDisabled: true,
      isStorageUseDisabled: true,
      enableSessionStorageBuffer: false,
      // `watch` listens, and what is done is nobody's business.
      disableExceptionTracking: true,
      disableAjaxTracking: true,
      disableFetchTracking: true,
      autoTrackPageVisitTime: false,
      loggingLevelConsole: 0,
      loggingLevelTelemetry: 0,
      eventsLimitInMem: most,
      maxBatchInterval: 2000,
    },
  });
  insights.loadAppInsights();
  insights.setAuthenticatedUserContext(user);
  insights.addTelemetryInitializer((item) => {
    // An address holds what somebody asks, a path does not.
    Object.assign((item.tags ??= []), { "ai.cloud.role": "yagura-page", "ai.application.ver": version, "ai.operation.name": location.pathname });
  });
  return insights;
}
