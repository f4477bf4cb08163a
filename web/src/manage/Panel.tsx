import { Button, DrawerBody, DrawerFooter, DrawerHeader, DrawerHeaderTitle, OverlayDrawer } from "@fluentui/react-components";
import { DismissRegular } from "@fluentui/react-icons/svg/dismiss";
import type { ReactNode } from "react";
import { t } from "../i18n";
import css from "./manage.module.css";

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
  actions?: ReactNode;
  wide?: boolean;
}

/** The details of one thing, beside the list. */
export function Panel({ title, onClose, children, actions, wide = false }: Props) {
  return (
    <OverlayDrawer open position="end" className={wide ? css.widePanel! : css.panel!} onOpenChange={(_, d) => !d.open && onClose()}>
      <DrawerHeader>
        <DrawerHeaderTitle
          heading={{ className: css.panelTitle! }}
          action={<Button appearance="subtle" icon={<DismissRegular />} aria-label={t("app.close")} onClick={onClose} />}
        >
          {title}
        </DrawerHeaderTitle>
      </DrawerHeader>
      <DrawerBody>
        <div className={css.sections}>{children}</div>
      </DrawerBody>
      {actions && <DrawerFooter className={css.actions!}>{actions}</DrawerFooter>}
    </OverlayDrawer>
  );
}

/** A part of a panel under a heading. */
export function Section({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <section className={css.section}>
      <div className={css.sectionTitle}>
        <h3>{title}</h3>
        {action}
      </div>
      {children}
    </section>
  );
}
