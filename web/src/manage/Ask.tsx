import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Spinner } from "@fluentui/react-components";
import type { FormEvent, ReactNode } from "react";
import { t } from "../i18n";
import { Failure } from "./Failure";
import css from "./manage.module.css";

interface Props {
  title: string;
  /** The button that does it. */
  verb: string;
  onDo: () => void;
  onClose: () => void;
  busy?: boolean;
  error?: Error | null;
  disabled?: boolean;
  children: ReactNode;
}

/** A dialog that asks before something is done, or for what it takes to do it. */
export function Ask({ title, verb, onDo, onClose, busy = false, error, disabled = false, children }: Props) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if (!busy && !disabled) onDo();
  };
  return (
    <Dialog open onOpenChange={(_, d) => !d.open && onClose()}>
      <DialogSurface>
        <form onSubmit={submit}>
          <DialogBody>
            <DialogTitle>{title}</DialogTitle>
            <DialogContent>
              <div className={css.form}>
                <Failure error={error} />
                {children}
              </div>
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose}>{t("manage.cancel")}</Button>
              <Button type="submit" appearance="primary" disabled={busy || disabled} {...(busy ? { icon: <Spinner size="tiny" aria-label={t("app.loading")} /> } : {})}>
                {verb}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
