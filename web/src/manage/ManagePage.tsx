import { Outlet, Link, useLocation } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { BranchForkRegular } from "@fluentui/react-icons/svg/branch-fork";
import { DatabaseRegular } from "@fluentui/react-icons/svg/database";
import { HistoryRegular } from "@fluentui/react-icons/svg/history";
import { KeyRegular } from "@fluentui/react-icons/svg/key";
import { PeopleRegular } from "@fluentui/react-icons/svg/people";
import { PersonKeyRegular } from "@fluentui/react-icons/svg/person-key";
import { TableRegular } from "@fluentui/react-icons/svg/table";
import { useNarrow } from "../app/settings";
import { t } from "../i18n";
import css from "./manage.module.css";

const places = [
  { to: "/manage/principals", name: "principals", icon: <PeopleRegular /> },
  { to: "/manage/access", name: "access", icon: <PersonKeyRegular /> },
  { to: "/manage/workspaces", name: "workspaces", icon: <DatabaseRegular /> },
  { to: "/manage/tables", name: "tables", icon: <TableRegular /> },
  { to: "/manage/rules", name: "rules", icon: <BranchForkRegular /> },
  { to: "/manage/keys", name: "keys", icon: <KeyRegular /> },
  { to: "/manage/activity", name: "activity", icon: <HistoryRegular /> },
] as const;

/** The parts of management beside the one that is open. */
export function ManagePage() {
  const nav = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const narrow = useNarrow();
  // On a telephone the parts do not fit side by side: the one that is open is seen.
  useEffect(() => {
    const open = nav.current!.querySelector<HTMLElement>("[aria-current]");
    if (open) nav.current!.scrollLeft = open.offsetLeft - (nav.current!.clientWidth - open.offsetWidth) / 2;
  }, [pathname, narrow]);
  return (
    <div className={css.frame}>
      <nav ref={nav} className={css.nav} aria-label={t("manage.parts")}>
        {places.map((p) => (
          <Link key={p.to} to={p.to} className={css.link} activeProps={{ className: css.active }} activeOptions={{ includeSearch: false }}>
            {p.icon}
            {t(`manage.${p.name}`)}
          </Link>
        ))}
      </nav>
      <main className={css.page}>
        <Outlet />
      </main>
    </div>
  );
}
