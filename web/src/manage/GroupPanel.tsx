import { Button, Tooltip } from "@fluentui/react-components";
import { DeleteRegular } from "@fluentui/react-icons/svg/delete";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { deleteGraph, type Group, listGraph, type Member, postGraph } from "../api/graph";
import { t } from "../i18n";
import { DirectoryRoles } from "./DirectoryRoles";
import { Failure } from "./Failure";
import css from "./manage.module.css";
import { Panel, Section } from "./Panel";
import { PrincipalPicker } from "./PrincipalPicker";
import { Remove } from "./Remove";
import { Copyable } from "./Value";

/** A group: its members, its roles in the directory. */
export function GroupPanel({ group: g, onClose }: { group: Group; onClose: () => void }) {
  const client = useQueryClient();
  const changed = () => client.invalidateQueries({ queryKey: ["graph"] });
  const members = useQuery({ queryKey: ["graph", "members", g.id], queryFn: ({ signal }) => listGraph<Member>(`groups/${g.id}/members`, signal) });
  const change = useMutation({
    mutationFn: async ({ add, remove }: { add?: string; remove?: string }) => {
      if (remove) await deleteGraph(`groups/${g.id}/members/${remove}/$ref`);
      else await postGraph(`groups/${g.id}/members/$ref`, { "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${add}` });
    },
    onSuccess: changed,
  });
  return (
    <Panel
      title={g.displayName}
      onClose={onClose}
      actions={
        <Remove
          name={g.displayName}
          warning={t("manage.warn_groups")}
          remove={() => deleteGraph(`groups/${g.id}`)}
          onRemoved={async () => {
            onClose();
            await changed();
          }}
        />
      }
    >
      <Section title={t("manage.ids")}>
        <Copyable label={t("manage.objectId")} value={g.id} />
      </Section>
      <Section title={t("manage.members")}>
        <Failure error={change.error ?? members.error} />
        {members.data?.length === 0 && <p className={css.none}>{t("manage.noMembers")}</p>}
        <ul className={css.items}>
          {members.data?.map((m) => (
            <li key={m.id}>
              <span>{m.displayName}</span>
              <Tooltip content={t("manage.removeNamed", { name: m.displayName })} relationship="label">
                <Button size="small" appearance="subtle" icon={<DeleteRegular />} disabled={change.isPending} onClick={() => change.mutate({ remove: m.id })} />
              </Tooltip>
            </li>
          ))}
        </ul>
        <PrincipalPicker once label={t("manage.addMember")} without={[g.id, ...(members.data ?? []).map((m) => m.id)]} onPick={(p) => change.mutate({ add: p.id })} disabled={change.isPending} />
      </Section>
      <DirectoryRoles principalId={g.id} />
    </Panel>
  );
}
