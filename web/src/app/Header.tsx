import {
  Button,
  Menu,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Text,
  Tooltip,
} from "@fluentui/react-components";
import { PersonCircleRegular } from "@fluentui/react-icons/svg/person-circle";
import { SearchRegular } from "@fluentui/react-icons/svg/search";
import { SignOutRegular } from "@fluentui/react-icons/svg/sign-out";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import css from "./Header.module.css";
import { Logo } from "./Logo";
import { leave, useSession } from "./session";
import { type LanguageChoice, type ThemeChoice, useSettings } from "./settings";
import type { Zone } from "../values/format";
import { languages, t } from "../i18n";

const Palette = lazy(() => import("./Palette"));

export function Header() {
  const session = useSession();
  const [finding, setFinding] = useState(false);
  useEffect(() => {
    // Before the editor, which has other uses for Ctrl+K.
    const open = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      setFinding(true);
    };
    window.addEventListener("keydown", open, true);
    return () => window.removeEventListener("keydown", open, true);
  }, []);
  return (
    <header className={css.header}>
      <Link to="/logs" className={css.home} aria-label={t("app.home")}>
        <Logo />
        <span>Yagura</span>
      </Link>
      <nav className={css.nav} aria-label={t("app.pages")}>
        <Link to="/logs" className={css.link} activeProps={{ className: css.active }}>
          {t("app.logs")}
        </Link>
        <Link to="/dashboards" className={css.link} activeProps={{ className: css.active }}>
          {t("app.dashboards")}
        </Link>
        <Link to="/advise" className={css.link} activeOptions={{ includeSearch: false }} activeProps={{ className: css.active }}>
          {t("advise.advice")}
        </Link>
        <Link to="/manage" className={css.link} activeProps={{ className: css.active }}>
          {t("app.manage")}
        </Link>
      </nav>
      <Text className={css.workspace} title={session.workspaceId} truncate wrap={false}>
        {session.workspaceName}
      </Text>
      <Tooltip content={t("find.hint")} relationship="description">
        <Button appearance="subtle" icon={<SearchRegular />} onClick={() => setFinding(true)} aria-label={t("find.title")} aria-keyshortcuts="Control+K" />
      </Tooltip>
      <UserMenu />
      {finding && (
        <Suspense>
          <Palette onClose={() => setFinding(false)} />
        </Suspense>
      )}
    </header>
  );
}

function UserMenu() {
  const session = useSession();
  const { theme, zone, language, setTheme, setZone, setLanguage } = useSettings();
  return (
    <Menu
      positioning="below-end"
      checkedValues={{ theme: [theme], zone: [zone], language: [language] }}
      onCheckedValueChange={(_, { name, checkedItems: [value] }) => {
        if (name === "theme") setTheme(value as ThemeChoice);
        if (name === "language") setLanguage(value as LanguageChoice);
        if (name === "zone") setZone(value as Zone);
      }}
    >
      <MenuTrigger disableButtonEnhancement>
        <Button appearance="subtle" icon={<PersonCircleRegular />} aria-label={t("app.account")} />
      </MenuTrigger>
      <MenuPopover>
        <div className={css.who}>
          <Text weight="semibold" block>
            {session.name}
          </Text>
          <Text size={200} className={css.faint} block>
            {[...new Set([...session.directoryRoles, ...session.roles.map((r) => r.name)])].join(", ") || t("app.noRoles")}
          </Text>
          <Text size={200} className={css.faint} block>
            Yagura {session.version}
          </Text>
        </div>
        <MenuDivider />
        <MenuList>
          <MenuGroup>
            <MenuGroupHeader>{t("app.theme")}</MenuGroupHeader>
            <MenuItemRadio name="theme" value="system">
              {t("app.system")}
            </MenuItemRadio>
            <MenuItemRadio name="theme" value="light">
              {t("app.light")}
            </MenuItemRadio>
            <MenuItemRadio name="theme" value="dark">
              {t("app.dark")}
            </MenuItemRadio>
          </MenuGroup>
          <MenuDivider />
          <MenuGroup>
            <MenuGroupHeader>{t("app.times")}</MenuGroupHeader>
            <MenuItemRadio name="zone" value="utc">
              UTC
            </MenuItemRadio>
            <MenuItemRadio name="zone" value="local">
              {t("app.local", { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })}
            </MenuItemRadio>
          </MenuGroup>
          <MenuDivider />
          <MenuGroup>
            <MenuGroupHeader>{t("app.language")}</MenuGroupHeader>
            <MenuItemRadio name="language" value="system">
              {t("app.system")}
            </MenuItemRadio>
            {Object.entries(languages).map(([code, name]) => (
              <MenuItemRadio key={code} name="language" value={code} lang={code}>
                {name}
              </MenuItemRadio>
            ))}
          </MenuGroup>
          <MenuDivider />
          <MenuItem icon={<SignOutRegular />} onClick={() => void leave()}>
            {t("app.signOut")}
          </MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
