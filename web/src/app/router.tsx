import { createRootRoute, createRoute, createRouter, redirect } from "@tanstack/react-router";
import { readAddress } from "../logs/address";
import { LogsPage } from "../logs/LogsPage";
import { Failed } from "./Failed";
import { NotFound } from "./NotFound";
import { Shell } from "./Shell";

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const plain = (search: Record<string, unknown>) => Object.fromEntries(Object.entries(search).filter(([, v]) => typeof v === "string" && v !== "")) as Record<string, string>;

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/logs", replace: true });
  },
});

const logs = createRoute({
  getParentRoute: () => root,
  path: "/logs",
  validateSearch: readAddress,
  component: LogsPage,
});

const dashboards = createRoute({ getParentRoute: () => root, path: "/dashboards" }).lazy(() => import("../dashboards/routes").then((m) => m.listRoute));

const dashboard = createRoute({
  getParentRoute: () => root,
  path: "/dashboards/$id",
  validateSearch: plain,
}).lazy(() => import("../dashboards/routes").then((m) => m.oneRoute));

const advice = createRoute({ getParentRoute: () => root, path: "/advise", validateSearch: plain }).lazy(() => import("../advise/routes").then((m) => m.adviceRoute));
const simulate = createRoute({ getParentRoute: () => root, path: "/advise/simulate", validateSearch: plain }).lazy(() => import("../advise/routes").then((m) => m.simulateRoute));
const windows = createRoute({ getParentRoute: () => root, path: "/advise/windows", validateSearch: plain }).lazy(() => import("../advise/routes").then((m) => m.windowsRoute));

const manage = createRoute({ getParentRoute: () => root, path: "/manage" }).lazy(() => import("../manage/routes").then((m) => m.manageRoute));

const manageHome = createRoute({
  getParentRoute: () => manage,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/manage/principals", search: {}, replace: true });
  },
});

type Search<K extends string> = { [P in K]?: string };

/** The parameters of an address that a part of management knows. */
const known =
  <K extends string>(...names: K[]) =>
  (search: Record<string, unknown>): Search<K> =>
    Object.fromEntries(names.filter((n) => typeof search[n] === "string" && search[n] !== "").map((n) => [n, search[n]])) as Search<K>;

const managed = [
  manageHome,
  createRoute({ getParentRoute: () => manage, path: "/principals", validateSearch: known("kind", "id") }).lazy(() => import("../manage/routes").then((m) => m.principalsRoute)),
  createRoute({ getParentRoute: () => manage, path: "/access", validateSearch: known("part", "scope") }).lazy(() => import("../manage/routes").then((m) => m.accessRoute)),
  createRoute({ getParentRoute: () => manage, path: "/workspaces", validateSearch: known("id") }).lazy(() => import("../manage/routes").then((m) => m.workspacesRoute)),
  createRoute({ getParentRoute: () => manage, path: "/tables", validateSearch: known("workspace", "table") }).lazy(() => import("../manage/routes").then((m) => m.tablesRoute)),
  createRoute({ getParentRoute: () => manage, path: "/rules", validateSearch: known("id") }).lazy(() => import("../manage/routes").then((m) => m.rulesRoute)),
  createRoute({ getParentRoute: () => manage, path: "/keys", validateSearch: known("workspace") }).lazy(() => import("../manage/routes").then((m) => m.keysRoute)),
  createRoute({ getParentRoute: () => manage, path: "/activity", validateSearch: known("hours", "status", "caller", "group", "operation") }).lazy(() =>
    import("../manage/routes").then((m) => m.activityRoute),
  ),
] as const;

export const router = createRouter({
  defaultErrorComponent: Failed,
  routeTree: root.addChildren([home, logs, dashboards, dashboard, advice, simulate, windows, manage.addChildren(managed)]),
  // Addresses are read and written by people: plain parameters, not JSON.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const text = new URLSearchParams(search as Record<string, string>).toString();
    return text ? `?${text}` : "";
  },
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
