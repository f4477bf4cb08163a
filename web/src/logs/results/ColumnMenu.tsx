import { Menu, MenuDivider, MenuItem, MenuList, MenuPopover } from "@fluentui/react-components";
import { ArrowSortDownRegular } from "@fluentui/react-icons/svg/arrow-sort-down";
import { ArrowSortUpRegular } from "@fluentui/react-icons/svg/arrow-sort-up";
import { DataHistogramRegular } from "@fluentui/react-icons/svg/data-histogram";
import { EyeRegular } from "@fluentui/react-icons/svg/eye";
import { EyeOffRegular } from "@fluentui/react-icons/svg/eye-off";
import { GroupListRegular } from "@fluentui/react-icons/svg/group-list";
import { PinRegular } from "@fluentui/react-icons/svg/pin";
import { PinOffRegular } from "@fluentui/react-icons/svg/pin-off";
import { useMemo } from "react";
import { t } from "../../i18n";

export interface ColumnAt {
  column: number;
  x: number;
  y: number;
  pinned: boolean;
}

export type ColumnAction = "asc" | "desc" | "group" | "pin" | "unpin" | "hide" | "showAll" | "stats";

interface Props {
  at: ColumnAt;
  grouped: boolean;
  onClose: () => void;
  onAction: (action: ColumnAction) => void;
}

/** What can be done with a column, where its header was pointed at. */
export function ColumnMenu({ at, grouped, onClose, onAction }: Props) {
  const target = useMemo(() => ({ getBoundingClientRect: () => new DOMRect(at.x, at.y, 0, 0) }), [at]);
  const item = (action: ColumnAction, icon: React.JSX.Element, disabled = false) => (
    <MenuItem icon={icon} disabled={disabled} onClick={() => onAction(action)}>
      {t(`column.${action}`)}
    </MenuItem>
  );
  return (
    <Menu open onOpenChange={(_, d) => !d.open && onClose()} positioning={{ target, position: "below", align: "start" }}>
      <MenuPopover>
        <MenuList>
          {item("asc", <ArrowSortUpRegular />, grouped)}
          {item("desc", <ArrowSortDownRegular />, grouped)}
          <MenuDivider />
          {item("group", <GroupListRegular />)}
          {item("stats", <DataHistogramRegular />)}
          <MenuDivider />
          {at.pinned ? item("unpin", <PinOffRegular />) : item("pin", <PinRegular />)}
          {item("hide", <EyeOffRegular />)}
          {item("showAll", <EyeRegular />)}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
