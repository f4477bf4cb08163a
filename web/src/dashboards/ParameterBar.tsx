import { Dropdown, Field, Input, Option } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { runQuery } from "../api/query";
import { useSession } from "../app/session";
import { t } from "../i18n";
import { type Span, timespanOf } from "../kql/timespan";
import { TimeRange } from "../logs/TimeRange";
import { plainText } from "../values/format";
import css from "./Dashboard.module.css";
import { everything, fill, type Values } from "./parameters";
import { type Parameter, parameterType } from "./workbook";

interface Props {
  parameters: Parameter[];
  /** All of the dashboard's: a drop-down's query may use the others. */
  all: Parameter[];
  values: Values;
  span: Span;
  onChange: (name: string, value: string | string[]) => void;
}

export function ParameterBar({ parameters, all, values, span, onChange }: Props) {
  return (
    <div className={css.parameters} role="group" aria-label={t("dashboard.parameters")}>
      {parameters.map((p) => {
        const label = p.label || p.name;
        const value = values[p.name] ?? "";
        const set = (v: string | string[]) => onChange(p.name, v);
        switch (p.type) {
          case parameterType.timeRange:
            return (
              <div key={p.name} className={css.parameter}>
                {label} <TimeRange span={String(value)} onChange={set} compact={false} />
              </div>
            );
          case parameterType.dropDown:
            return <Choices key={p.name} parameter={p} all={all} values={values} span={span} label={label} onChange={set} />;
          case parameterType.text:
            return <FreeText key={p.name} label={label} value={String(value)} onChange={set} />;
          default:
            return null;
        }
      })}
    </div>
  );
}

/** What is typed counts when one leaves the field or presses Enter. */
function FreeText({ label, value, onChange }: { label: string; value: string; onChange: (v: string) => void }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return (
    <Field label={label} orientation="horizontal" className={css.parameter}>
      <Input size="small" value={text} onChange={(_, d) => setText(d.value)} onBlur={() => onChange(text)} onKeyDown={(e) => e.key === "Enter" && onChange(text)} />
    </Field>
  );
}

interface ChoicesProps extends Omit<Props, "parameters" | "onChange"> {
  parameter: Parameter;
  label: string;
  onChange: (value: string | string[]) => void;
}

function Choices({ parameter: p, all, values, span, label, onChange }: ChoicesProps) {
  const { workspaceId } = useSession();
  const query = p.query ? fill(p.query, all, values) : "";
  const { data } = useQuery({
    queryKey: ["choices", workspaceId, query, span],
    queryFn: async ({ signal }) => (await runQuery(workspaceId, query, timespanOf(span), signal)).tables[0]?.rows.map((r) => ({ value: plainText(r[0] ?? null), label: plainText(r[1] ?? r[0] ?? null) })) ?? [],
    enabled: query !== "",
    staleTime: 60_000,
  });
  const choices = query ? (data ?? []) : listed(p.jsonData);
  const value = values[p.name] ?? "";
  const chosen = (Array.isArray(value) ? value : value === "" ? [] : [value]).filter((v) => v !== everything);
  const text = chosen.map((v) => choices.find((c) => c.value === v)?.label ?? v).join(", ") || t("dashboard.all");
  return (
    <div className={css.parameter}>
      {label}
      <Dropdown
        size="small"
        aria-label={label}
        multiselect={p.multiSelect === true}
        value={text}
        selectedOptions={chosen}
        onOptionSelect={(_, d) => onChange(p.multiSelect ? d.selectedOptions : (d.optionValue ?? ""))}
      >
        {!p.multiSelect && !p.isRequired && <Option value="">{t("dashboard.all")}</Option>}
        {choices.map((c) => (
          <Option key={c.value} value={c.value}>
            {c.label}
          </Option>
        ))}
      </Dropdown>
    </div>
  );
}

function listed(json: string | undefined): { value: string; label: string }[] {
  try {
    const list: unknown = JSON.parse(json ?? "[]");
    if (!Array.isArray(list)) return [];
    return list.map((c: unknown) => (typeof c === "object" && c !== null ? { value: String((c as { value: unknown }).value), label: String((c as { label?: unknown; value: unknown }).label ?? (c as { value: unknown }).value) } : { value: String(c), label: String(c) }));
  } catch {
    return [];
  }
}
