import { createRootRoute, createRoute, createRouter, redirect } from "@tanstack/react-router";
import { readAddress } from "../logs/address";
import { LogsPage } from "../logs/LogsPage";
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

export const router = createRouter({
  routeTree: root.addChildren([home, logs, dashboards, dashboard, advice, simulate, windows]),
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
