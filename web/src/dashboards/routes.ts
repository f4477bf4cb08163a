// What the addresses of dashboards show, loaded when one goes there.

import { createLazyRoute } from "@tanstack/react-router";
import { DashboardPage } from "./DashboardPage";
import { DashboardsPage } from "./DashboardsPage";

export const listRoute = createLazyRoute("/dashboards")({ component: DashboardsPage });
export const oneRoute = createLazyRoute("/dashboards/$id")({ component: DashboardPage });
