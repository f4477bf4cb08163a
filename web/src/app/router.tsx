import { createRootRoute, createRoute, createRouter, redirect } from "@tanstack/react-router";
import { readAddress } from "../logs/address";
import { LogsPage } from "../logs/LogsPage";
import { NotFound } from "./NotFound";
import { Shell } from "./Shell";

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

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
  validateSearch: (search: Record<string, unknown>) => Object.fromEntries(Object.entries(search).filter(([, v]) => typeof v === "string" && v !== "")) as Record<string, string>,
}).lazy(() => import("../dashboards/routes").then((m) => m.oneRoute));

export const router = createRouter({
  routeTree: root.addChildren([home, logs, dashboards, dashboard]),
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
