import { Button } from "@fluentui/react-components";
import { DeleteRegular } from "@fluentui/react-icons/svg/delete";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { t } from "../i18n";
import { Ask } from "./Ask";

interface Props {
  name: string;
  /** What is lost with it. */
  warning: string;
  remove: () => Promise<unknown>;
  onRemoved: () => unknown;
}

/** A button that deletes something once one has said so again. */
export function Remove({ name, warning, remove, onRemoved }: Props) {
  const [asking, setAsking] = useState(false);
  const act = useMutation({
    mutationFn: remove,
    onSuccess: async () => {
      setAsking(false);
      await onRemoved();
    },
  });
  return (
    <>
      <Button icon={<DeleteRegular />} onClick={() => setAsking(true)}>
        {t("manage.delete")}
      </Button>
      {asking && (
        <Ask title={t("manage.deleteNamed", { name })} verb={t("manage.delete")} onDo={() => act.mutate()} onClose={() => setAsking(false)} busy={act.isPending} error={act.error}>
          <span>{warning}</span>
        </Ask>
      )}
    </>
  );
}
