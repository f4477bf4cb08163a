import { Dropdown, Field, Input, Option } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { Fragment, useEffect, useMemo, useRef, useState } from "react";
import { listResources, type Resource } from "../api/arm";
import { runQuery } from "../api/query";
import { useSession } from "../app/session";
import { t } from "../i18n";
import { type Span, timespanOf } from "../kql/timespan";
import { TimeRange } from "../logs/TimeRange";
import { plainText } from "../values/format";
import css from "./Dashboard.module.css";
import { everything, fill, missing, spanOfMs, type Values } from "./parameters";
import { chosenFromRows, offersWorkspaces, resourcesQuery } from "./resources";
import { type Parameter, parameterType } from "./workbook";

interface Props {
  parameters: Parameter[];
  /** All of the dashboard's: a drop-down's query may use the others. */
  all: Parameter[];
  values: Values;
  span: Span;
  /** Those that a workbook hides are shown too. */
  editing: boolean;
  onChange: (name: string, value: string | string[]) => void;
  /** What there is to choose from, when it is known. */
  onChoices: (name: string, values: string[]) => void;
}

export function ParameterBar({ parameters, all, values, span, editing, onChange, onChoices }: Props) {
  return (
    <div className={css.parameters} role="group" aria-label={t("dashboard.parameters")}>
      {parameters.map((p) => {
        const label = p.label || p.name;
        const value = values[p.name] ?? "";
        const set = (v: string | string[]) => onChange(p.name, v);
        const asked = { parameter: p, all, values, span, label, onChange: set, onChoices };
        if (p.isHiddenWhenLocked && !editing) return p.query || chosenFromRows(p) ? <Asked key={p.name} {...asked} /> : null;
        switch (p.type) {
          case parameterType.timeRange:
            return (
              <div key={p.name} className={css.parameter}>
                {label} <TimeRange span={String(value)} onChange={set} compact={false} />
              </div>
            );
          case parameterType.dropDown:
          case parameterType.optionsGroup:
          case parameterType.tabs:
          case parameterType.resource:
          case parameterType.subscription:
          case parameterType.resourceType:
            return <Choices key={p.name} {...asked} />;
          default:
            return (
              <Fragment key={p.name}>
                {p.type === parameterType.text && p.query && <Asked {...asked} />}
                <FreeText label={label} value={[value].flat().join(", ")} onChange={(v) => set(p.multiSelect ? v.split(",").map((one) => one.trim()).filter(Boolean) : v)} />
              </Fragment>
            );
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
      <Input value={text} onChange={(_, d) => setText(d.value)} onBlur={() => onChange(text)} onKeyDown={(e) => e.key === "Enter" && onChange(text)} />
    </Field>
  );
}

interface ChoicesProps extends Omit<Props, "parameters" | "onChange" | "editing"> {
  parameter: Parameter;
  label: string;
  onChange: (value: string | string[]) => void;
}

/** What there is to choose from. */
function useChoices({ parameter: p, all, values, span, onChoices }: ChoicesProps) {
  const { workspaceId, subscriptionId } = useSession();
  const can = (p.queryType ?? 0) === 0 && p.query !== undefined && missing(all.filter((q) => q !== p), values, p.query).length === 0;
  const query = resourcesQuery(p) ?? (can ? fill(p.query!, all, values) : "");
  const named = p.timeContextFromParameter && values[p.timeContextFromParameter];
  const within = named ? String(named) : p.timeContext?.durationMs ? spanOfMs(p.timeContext.durationMs) : span;
  const { data } = useQuery({
    queryKey: ["choices", workspaceId, query, within, offersWorkspaces(p)],
    queryFn: async ({ signal }) => {
      const listed = offersWorkspaces(p) ? await listResources<Resource>(`/subscriptions/${subscriptionId}/providers/Microsoft.OperationalInsights/workspaces`, signal) : [];
      const { tables } = await runQuery(workspaceId, query, timespanOf(within), signal);
      // Rows of what was done to a workspace name it too, be it in other letters.
      const known = new Set(listed.map((w) => w.id.toLowerCase()));
      const found = (tables[0]?.rows ?? []).map((r) => ({ value: plainText(r[0] ?? null), label: plainText(r[1] ?? r[0] ?? null) })).filter((f) => !known.has(f.value.toLowerCase()));
      return [...listed.map((w) => ({ value: w.id, label: w.name })), ...found];
    },
    enabled: query !== "",
    staleTime: 60_000,
  });
  const choices = useMemo(() => (query || p.query ? data : listed(p.jsonData)), [p, data, query]);
  const report = useRef(onChoices);
  report.current = onChoices;
  useEffect(() => {
    if (choices) report.current(p.name, choices.map((c) => c.value));
  }, [choices, p]);
  return choices;
}

/** A parameter that nobody sees and that a query gives its value. */
function Asked(props: ChoicesProps) {
  useChoices(props);
  return null;
}

function Choices(props: ChoicesProps) {
  const { parameter: p, values, label, onChange } = props;
  const known = useChoices(props);
  const choices = known ?? [];
  const value = values[p.name] ?? "";
  const chosen = (Array.isArray(value) ? value : value === "" ? [] : [value]).filter((v) => v !== everything);
  const whole = p.multiSelect && choices.length > 1 && choices.every((c) => chosen.includes(c.value));
  const text = whole ? t("dashboard.all") : chosen.map((v) => choices.find((c) => c.value === v)?.label ?? v).join(", ") || t(known?.length === 0 ? "dashboard.nothing" : "dashboard.all");
  return (
    <div className={css.parameter}>
      {label}
      <Dropdown
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
