// What the addresses of management show, loaded when one goes there.

import { createLazyRoute } from "@tanstack/react-router";
import { AccessPage } from "./AccessPage";
import { ActivityPage } from "./ActivityPage";
import { KeysPage } from "./KeysPage";
import { ManagePage } from "./ManagePage";
import { PrincipalsPage } from "./PrincipalsPage";
import { RulesPage } from "./RulesPage";
import { TablesPage } from "./TablesPage";
import { WorkspacesPage } from "./WorkspacesPage";

export const manageRoute = createLazyRoute("/manage")({ component: ManagePage });
export const principalsRoute = createLazyRoute("/manage/principals")({ component: PrincipalsPage });
export const accessRoute = createLazyRoute("/manage/access")({ component: AccessPage });
export const workspacesRoute = createLazyRoute("/manage/workspaces")({ component: WorkspacesPage });
export const tablesRoute = createLazyRoute("/manage/tables")({ component: TablesPage });
export const rulesRoute = createLazyRoute("/manage/rules")({ component: RulesPage });
export const keysRoute = createLazyRoute("/manage/keys")({ component: KeysPage });
export const activityRoute = createLazyRoute("/manage/activity")({ component: ActivityPage });
