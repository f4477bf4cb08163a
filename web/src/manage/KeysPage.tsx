import { Button, Tooltip } from "@fluentui/react-components";
import { ArrowSyncRegular } from "@fluentui/react-icons/svg/arrow-sync";
import { CopyRegular } from "@fluentui/react-icons/svg/copy";
import { EyeRegular } from "@fluentui/react-icons/svg/eye";
import { EyeOffRegular } from "@fluentui/react-icons/svg/eye-off";
import { useMutation } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { postResource } from "../api/arm";
import { useCopy, useSay } from "../app/toast";
import { t } from "../i18n";
import { Ask } from "./Ask";
import { Failure } from "./Failure";
import css from "./manage.module.css";
import { useChosenWorkspace, WorkspacePicker } from "./WorkspacePicker";

interface Keys {
  primarySharedKey: string;
  secondarySharedKey: string;
}

const which = [
  { name: "primarySharedKey", label: "primaryKey", type: "Primary" },
  { name: "secondarySharedKey", label: "secondaryKey", type: "Secondary" },
] as const;

/** The keys of a workspace, with which agents and the Data Collector API sign. Reading them is logged, so it is asked for. */
export function KeysPage() {
  const { workspace: asked } = useSearch({ from: "/manage/keys" });
  const navigate = useNavigate();
  const workspace = useChosenWorkspace(asked);
  const [keys, setKeys] = useState<Keys>();
  const [shown, setShown] = useState<string>();
  const [rotating, setRotating] = useState<(typeof which)[number]>();
  const copy = useCopy();
  const say = useSay();
  useEffect(() => {
    setKeys(undefined);
    setShown(undefined);
  }, [workspace]);
  const read = useMutation({ mutationFn: () => postResource<Keys>(workspace, "sharedKeys"), onSuccess: setKeys });
  const rotate = useMutation({
    mutationFn: (type: string) => postResource<Keys>(workspace, "regenerateSharedKey", { keyType: type }),
    onSuccess: (fresh) => {
      setKeys(fresh);
      setRotating(undefined);
      say(t("manage.rotated"));
    },
  });
  return (
    <>
      <div className={css.head}>
        <h1 className={css.title}>{t("manage.keys")}</h1>
      </div>
      <p className={css.hint}>{t("manage.keysHint")}</p>
      <div className={css.tools}>
        <WorkspacePicker value={workspace} onChange={(id) => void navigate({ to: "/manage/keys", search: { workspace: id } })} />
        {!keys && (
          <Button appearance="primary" icon={<EyeRegular />} disabled={read.isPending} onClick={() => read.mutate()}>
            {t("manage.readKeys")}
          </Button>
        )}
      </div>
      <Failure error={read.error} />
      {keys && (
        <div className={css.keys}>
          {which.map((k) => {
            const label = t(`manage.${k.label}`);
            return (
              <div key={k.name} className={css.keyRow}>
                <div>
                  <div className={css.faint}>{label}</div>
                  <code className={css.code}>{shown === k.name ? keys[k.name] : "•".repeat(32)}</code>
                </div>
                <Tooltip content={t(shown === k.name ? "manage.hideNamed" : "manage.showNamed", { name: label })} relationship="label">
                  <Button appearance="subtle" icon={shown === k.name ? <EyeOffRegular /> : <EyeRegular />} onClick={() => setShown(shown === k.name ? undefined : k.name)} />
                </Tooltip>
                <Tooltip content={t("manage.copy", { what: label })} relationship="label">
                  <Button appearance="subtle" icon={<CopyRegular />} onClick={() => void copy(keys[k.name], label)} />
                </Tooltip>
                <Button icon={<ArrowSyncRegular />} aria-label={t("manage.rotateNamed", { name: label })} onClick={() => setRotating(k)}>
                  {t("manage.rotate")}
                </Button>
              </div>
            );
          })}
        </div>
      )}
      {rotating && (
        <Ask
          title={t("manage.rotateNamed", { name: t(`manage.${rotating.label}`) })}
          verb={t("manage.rotate")}
          onDo={() => rotate.mutate(rotating.type)}
          onClose={() => setRotating(undefined)}
          busy={rotate.isPending}
          error={rotate.error}
        >
          <span>{t("manage.rotateWarning")}</span>
        </Ask>
      )}
    </>
  );
}
