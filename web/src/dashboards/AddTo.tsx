import { Field, Input, Select } from "@fluentui/react-components";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { getDashboard, getDashboards, putDashboard } from "../api/dashboards";
import { t } from "../i18n";
import { Ask } from "../manage/Ask";
import { newGuid } from "../values/guid";
import { parametersOf, timeOf } from "./parameters";
import { itemType, newWorkbook, readWorkbook, type Workbook, withItem, writeWorkbook } from "./workbook";

interface Props {
  query: string;
  /** What the tile is called at first. */
  name: string;
  onClose: () => void;
}

const anew = "";

/** Puts a query as a tile at the end of a dashboard, or on a new one, and goes there. */
export default function AddTo({ query, name, onClose }: Props) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [title, setTitle] = useState(name);
  const [id, setId] = useState(anew);
  const { data } = useQuery({ queryKey: ["dashboards"], queryFn: ({ signal }) => getDashboards(signal) });
  const add = useMutation({
    mutationFn: async () => {
      const old = id === anew ? undefined : await getDashboard(id, new AbortController().signal);
      const content = writeWorkbook(withTile(old ? readWorkbook(old.content ?? "") : newWorkbook(), title, query));
      return { ...(await putDashboard({ id: old?.id ?? newGuid(), title: old?.title ?? t("dashboard.untitled"), content, etag: old?.etag })), content };
    },
    onSuccess: (written) => {
      client.setQueryData(["dashboard", written.id], written);
      void client.invalidateQueries({ queryKey: ["dashboards"] });
      void navigate({ to: "/dashboards/$id", params: { id: written.id }, search: id === anew ? { edit: "1" } : {} });
    },
  });
  return (
    <Ask title={t("dashboard.addTo")} verb={t("dashboard.add")} onDo={() => add.mutate()} onClose={onClose} busy={add.isPending} error={add.error} disabled={title.trim() === ""}>
      <Field label={t("dashboard.title")} required>
        <Input value={title} onChange={(_, d) => setTitle(d.value)} />
      </Field>
      <Field label={t("dashboard.one")}>
        <Select value={id} onChange={(_, d) => setId(d.value)}>
          <option value={anew}>{t("dashboard.new")}</option>
          {/* Those of the demo cannot be written. */}
          {data?.filter((d) => !d.shipped).map((d) => (
            <option key={d.id} value={d.id}>
              {d.title}
            </option>
          ))}
        </Select>
      </Field>
    </Ask>
  );
}

function withTile(workbook: Workbook, title: string, query: string): Workbook {
  const time = timeOf(parametersOf(workbook));
  // Merges know queries by their names: each has one of its own.
  const name = `query - ${newGuid()}`;
  return withItem(workbook, { type: itemType.query, name, content: { title, query, queryType: 0, size: 0, ...(time ? { timeContextFromParameter: time } : {}) } });
}
