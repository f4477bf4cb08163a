import { Menu, MenuDivider, MenuItem, MenuList, MenuPopover } from "@fluentui/react-components";
import { CopyRegular } from "@fluentui/react-icons/svg/copy";
import { FilterRegular } from "@fluentui/react-icons/svg/filter";
import { FilterDismissRegular } from "@fluentui/react-icons/svg/filter-dismiss";
import { PanelRightRegular } from "@fluentui/react-icons/svg/panel-right";
import { useMemo } from "react";
import type { Column } from "../../api/table";
import { compareTo } from "../../kql/quote";
import { oneLine } from "../../values/format";
import type { CellAt } from "./Grid";
import { t } from "../../i18n";

interface Props {
  at: CellAt;
  column: Column;
  onClose: () => void;
  onCopy: () => void;
  onDetails: () => void;
  onFilter: (keep: boolean) => void;
}

/** What can be done with one value, where it was pointed at. */
export function CellMenu({ at, column, onClose, onCopy, onDetails, onFilter }: Props) {
  const target = useMemo(() => ({ getBoundingClientRect: () => new DOMRect(at.x, at.y, 0, 0) }), [at]);
  const value = at.row[at.column] ?? null;
  return (
    <Menu open onOpenChange={(_, d) => !d.open && onClose()} positioning={{ target, position: "below", align: "start" }}>
      <MenuPopover>
        <MenuList>
          <MenuItem icon={<CopyRegular />} onClick={onCopy}>
            {t("results.copyValue")}
          </MenuItem>
          <MenuItem icon={<PanelRightRegular />} onClick={onDetails}>
            {t("results.details")}
          </MenuItem>
          <MenuDivider />
          <MenuItem icon={<FilterRegular />} onClick={() => onFilter(true)}>
            where {oneLine(compareTo(column, value, true), 60)}
          </MenuItem>
          <MenuItem icon={<FilterDismissRegular />} onClick={() => onFilter(false)}>
            where {oneLine(compareTo(column, value, false), 60)}
          </MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
