import { Field, Select } from "@fluentui/react-components";
import { t } from "../i18n";
import { useSession } from "../app/session";
import { useWorkspaces } from "./data";

/** Chooses a workspace; the one that the page shows is the first. */
export function WorkspacePicker({ value, onChange }: { value: string; onChange: (id: string) => void }) {
  const all = useWorkspaces().data ?? [];
  return (
    <Field label={t("manage.workspace")}>
      <Select value={all.find((w) => w.id.toLowerCase() === value.toLowerCase())?.id ?? value} onChange={(_, d) => onChange(d.value)}>
        {all.length === 0 && <option value={value}>{value.split("/").pop()}</option>}
        {all.map((w) => (
          <option key={w.id} value={w.id}>
            {w.name}
          </option>
        ))}
      </Select>
    </Field>
  );
}

/** The workspace that an address names, or the one that the page shows. */
export function useChosenWorkspace(asked: string | undefined): string {
  const session = useSession();
  return asked ?? session.workspace;
}
