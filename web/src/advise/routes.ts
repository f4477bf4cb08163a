// What the addresses of the advice show, loaded when one goes there.

import { createLazyRoute } from "@tanstack/react-router";
import { AdvicePage } from "./AdvicePage";
import { SimulatePage } from "./SimulatePage";
import { WindowsPage } from "./WindowsPage";

export const adviceRoute = createLazyRoute("/advise")({ component: AdvicePage });
export const simulateRoute = createLazyRoute("/advise/simulate")({ component: SimulatePage });
export const windowsRoute = createLazyRoute("/advise/windows")({ component: WindowsPage });
