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
} from "@fluentui/react-components";
import { PersonCircleRegular } from "@fluentui/react-icons/svg/person-circle";
import { SignOutRegular } from "@fluentui/react-icons/svg/sign-out";
import { Link } from "@tanstack/react-router";
import css from "./Header.module.css";
import { Logo } from "./Logo";
import { leave, useSession } from "./session";
import { type ThemeChoice, useSettings } from "./settings";
import type { Zone } from "../values/format";

export function Header() {
  const session = useSession();
  return (
    <header className={css.header}>
      <Link to="/logs" className={css.home} aria-label="Yagura, Logs">
        <Logo />
        <span>Yagura</span>
      </Link>
      <Text className={css.workspace} title={session.workspaceId} truncate wrap={false}>
        {session.workspaceName}
      </Text>
      <UserMenu />
    </header>
  );
}

function UserMenu() {
  const session = useSession();
  const { theme, zone, setTheme, setZone } = useSettings();
  return (
    <Menu
      positioning="below-end"
      checkedValues={{ theme: [theme], zone: [zone] }}
      onCheckedValueChange={(_, { name, checkedItems: [value] }) => {
        if (name === "theme") setTheme(value as ThemeChoice);
        if (name === "zone") setZone(value as Zone);
      }}
    >
      <MenuTrigger disableButtonEnhancement>
        <Button appearance="subtle" icon={<PersonCircleRegular />} aria-label="Account and settings" />
      </MenuTrigger>
      <MenuPopover>
        <div className={css.who}>
          <Text weight="semibold" block>
            {session.name}
          </Text>
          <Text size={200} className={css.faint}>
            Yagura {session.version}
          </Text>
        </div>
        <MenuDivider />
        <MenuList>
          <MenuGroup>
            <MenuGroupHeader>Theme</MenuGroupHeader>
            <MenuItemRadio name="theme" value="system">
              As the system
            </MenuItemRadio>
            <MenuItemRadio name="theme" value="light">
              Light
            </MenuItemRadio>
            <MenuItemRadio name="theme" value="dark">
              Dark
            </MenuItemRadio>
          </MenuGroup>
          <MenuDivider />
          <MenuGroup>
            <MenuGroupHeader>Times</MenuGroupHeader>
            <MenuItemRadio name="zone" value="utc">
              UTC
            </MenuItemRadio>
            <MenuItemRadio name="zone" value="local">
              Local ({Intl.DateTimeFormat().resolvedOptions().timeZone})
            </MenuItemRadio>
          </MenuGroup>
          <MenuDivider />
          <MenuItem icon={<SignOutRegular />} onClick={() => void leave()}>
            Sign out
          </MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
