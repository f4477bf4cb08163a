import { Button, Dropdown, Option, Tooltip } from "@fluentui/react-components";
import { DeleteRegular } from "@fluentui/react-icons/svg/delete";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { deleteGraph, postGraph } from "../api/graph";
import { t } from "../i18n";
import { useDirectoryRoleHolders, useDirectoryRoles } from "./data";
import { Failure } from "./Failure";
import css from "./manage.module.css";
import { Section } from "./Panel";

/** The directory's own roles of a principal: who manages principals, who reads sign-ins. */
export function DirectoryRoles({ principalId }: { principalId: string }) {
  const client = useQueryClient();
  const roles = useDirectoryRoles().data ?? [];
  const holders = useDirectoryRoleHolders();
  const own = (holders.data ?? []).filter((h) => h.principalId === principalId);
  const change = useMutation({
    mutationFn: async ({ add, remove }: { add?: string; remove?: string }) => {
      if (remove) await deleteGraph(`roleManagement/directory/roleAssignments/${remove}`);
      else await postGraph("roleManagement/directory/roleAssignments", { principalId, roleDefinitionId: add, directoryScopeId: "/" });
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ["graph", "directoryRoleHolders"] }),
  });
  const left = roles.filter((r) => !own.some((h) => h.roleDefinitionId === r.id));
  return (
    <Section title={t("manage.directoryRoles")}>
      <Failure error={change.error ?? holders.error} />
      {own.length === 0 ? (
        <p className={css.none}>{t("manage.noDirectoryRoles")}</p>
      ) : (
        <ul className={css.items}>
          {own.map((h) => {
            const name = roles.find((r) => r.id === h.roleDefinitionId)?.displayName ?? h.roleDefinitionId;
            return (
              <li key={h.id}>
                <span>{name}</span>
                <Tooltip content={t("manage.removeNamed", { name })} relationship="label">
                  <Button size="small" appearance="subtle" icon={<DeleteRegular />} disabled={change.isPending} onClick={() => change.mutate({ remove: h.id })} />
                </Tooltip>
              </li>
            );
          })}
        </ul>
      )}
      <Dropdown
        aria-label={t("manage.addDirectoryRole")}
        placeholder={t("manage.addDirectoryRole")}
        value=""
        selectedOptions={[]}
        disabled={change.isPending}
        onOptionSelect={(_, d) => d.optionValue && change.mutate({ add: d.optionValue })}
      >
        {left.map((r) => (
          <Option key={r.id} value={r.id}>
            {r.displayName}
          </Option>
        ))}
      </Dropdown>
    </Section>
  );
}
