import { Spinner, type SpinnerProps } from "@fluentui/react-components";
import { t } from "../i18n";

/**
 * Something is on its way. Named for screen readers from the start: a Fluent spinner has no
 * name of its own, and one with a delay points at its label before the label is there.
 */
export function Waiting({ name = t("app.loading"), delay = 300, ...props }: { name?: string } & SpinnerProps) {
  return <Spinner aria-label={name} delay={delay} {...props} />;
}
