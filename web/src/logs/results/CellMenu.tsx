import { Menu, MenuDivider, MenuItem, MenuList, MenuPopover } from "@fluentui/react-components";
import { CopyRegular } from "@fluentui/react-icons/svg/copy";
import { DataUsageRegular } from "@fluentui/react-icons/svg/data-usage";
import { FilterRegular } from "@fluentui/react-icons/svg/filter";
import { FilterDismissRegular } from "@fluentui/react-icons/svg/filter-dismiss";
import { PanelRightRegular } from "@fluentui/react-icons/svg/panel-right";
import { useMemo } from "react";
import type { Column } from "../../api/table";
import { compareTo, quoteName } from "../../kql/quote";
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
  /** Asks what sets the rows with this value apart. */
  onCompare: () => void;
}

/** What can be done with one value, where it was pointed at. */
export function CellMenu({ at, column, onClose, onCopy, onDetails, onFilter, onCompare }: Props) {
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
            where {oneLine(compareTo(quoteName(column.name), column.type, value, true), 60)}
          </MenuItem>
          <MenuItem icon={<FilterDismissRegular />} onClick={() => onFilter(false)}>
            where {oneLine(compareTo(quoteName(column.name), column.type, value, false), 60)}
          </MenuItem>
          <MenuDivider />
          <MenuItem icon={<DataUsageRegular />} onClick={onCompare}>
            {t("compare.withRest")}
          </MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
