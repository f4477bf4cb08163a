import { BracesRegular } from "@fluentui/react-icons/svg/braces";
import { CalendarLtrRegular } from "@fluentui/react-icons/svg/calendar-ltr";
import { CheckmarkSquareRegular } from "@fluentui/react-icons/svg/checkmark-square";
import { FingerprintRegular } from "@fluentui/react-icons/svg/fingerprint";
import { NumberSymbolRegular } from "@fluentui/react-icons/svg/number-symbol";
import { TextTRegular } from "@fluentui/react-icons/svg/text-t";
import { TimerRegular } from "@fluentui/react-icons/svg/timer";
import type { ColumnType } from "../api/table";

const icons = {
  bool: CheckmarkSquareRegular,
  datetime: CalendarLtrRegular,
  decimal: NumberSymbolRegular,
  dynamic: BracesRegular,
  guid: FingerprintRegular,
  int: NumberSymbolRegular,
  long: NumberSymbolRegular,
  real: NumberSymbolRegular,
  string: TextTRegular,
  timespan: TimerRegular,
} satisfies Record<ColumnType, unknown>;

/** A sign for a column's type; its name is said beside it or by its title. */
export function TypeIcon({ type, className }: { type: ColumnType; className?: string | undefined }) {
  const Icon = icons[type] ?? TextTRegular;
  return <Icon aria-hidden="true" {...(className ? { className } : {})} />;
}
