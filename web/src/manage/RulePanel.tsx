import { Button, Field, Select, Spinner, Textarea } from "@fluentui/react-components";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { deleteResource, putResource } from "../api/arm";
import { ApiError } from "../api/http";
import { runQuery } from "../api/query";
import { tryTransform } from "../api/transform";
import { useSession } from "../app/session";
import { useSettings } from "../app/settings";
import { useSay } from "../app/toast";
import { useSettled } from "../app/useSettled";
import { t } from "../i18n";
import { quoteName } from "../kql/quote";
import Grid from "../logs/results/Grid";
import { dynamicValue } from "../values/format";
import { printJson } from "../values/json";
import { Failure } from "./Failure";
import css from "./manage.module.css";
import { Panel, Section } from "./Panel";
import { Remove } from "./Remove";
import { columnsOf, type Rule, rowsOf, ruleOf, tableOf, textOf, withTransform } from "./rule";

/** A rule's JSON beside what its transforms make of rows, as one types. */
export function RulePanel({ rule, isNew = false, onClose }: { rule: Rule; isNew?: boolean; onClose: () => void }) {
  const client = useQueryClient();
  const say = useSay();
  const [text, setText] = useState(() => textOf(rule));
  const parsed = ruleOf(text);
  const save = useMutation({
    mutationFn: () => putResource(rule.id, JSON.parse(text)),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["arm", "rules"] });
      say(t("manage.saved"));
      if (isNew) onClose();
    },
  });
  return (
    <Panel
      wide
      title={rule.name}
      onClose={onClose}
      actions={
        <>
          <Button appearance="primary" disabled={parsed instanceof Error || save.isPending || (!isNew && text === textOf(rule))} onClick={() => save.mutate()}>
            {t(isNew ? "manage.create" : "manage.save")}
          </Button>
          {!isNew && (
            <Remove
              name={rule.name}
              warning={t("manage.warn_rules")}
              remove={() => deleteResource(rule.id)}
              onRemoved={async () => {
                onClose();
                await client.invalidateQueries({ queryKey: ["arm", "rules"] });
              }}
            />
          )}
        </>
      }
    >
      <Failure error={save.error} />
      <div className={css.split}>
        <Section title={t("manage.ruleJson")}>
          <Field {...(parsed instanceof Error ? { validationState: "error" as const, validationMessage: parsed.message } : {})}>
            <Textarea className={`${css.area} ${css.tall}`} aria-label={t("manage.ruleJson")} spellCheck={false} value={text} onChange={(_, d) => setText(d.value)} />
          </Field>
        </Section>
        <Preview text={text} onText={setText} />
      </div>
    </Panel>
  );
}

function Preview({ text, onText }: { text: string; onText: (text: string) => void }) {
  const { workspaceId } = useSession();
  const zone = useSettings((s) => s.zone);
  const [at, setAt] = useState(0);
  const [pasted, setPasted] = useState("");
  const parsed = ruleOf(text);
  const flows = parsed instanceof Error ? [] : (parsed.properties.dataFlows ?? []);
  const flow = flows[at] ?? flows[0];
  const transform = flow?.transformKql ?? "";
  const columns = parsed instanceof Error || !flow ? [] : columnsOf(parsed, flow);
  const rows = rowsOf(pasted);
  const asked = useSettled(JSON.stringify({ stream: flow?.streams?.[0] ?? "", columns, transformKql: transform, rows: rows instanceof Error ? [] : rows }), 350);
  const shown = useQuery({
    queryKey: ["transform", asked],
    queryFn: ({ signal }) => tryTransform(JSON.parse(asked) as Parameters<typeof tryTransform>[0], signal),
    enabled: flow !== undefined,
    placeholderData: (before) => before,
  });
  const recent = useMutation({
    mutationFn: async () => {
      const { tables } = await runQuery(workspaceId, `${quoteName(tableOf(flow!))} | top 10 by TimeGenerated desc`, undefined, new AbortController().signal);
      const [table] = tables;
      const wanted = columns.length > 0 ? columns.map((c) => c.name) : undefined;
      return (table?.rows ?? []).map((row) =>
        Object.fromEntries(
          table!.columns
            .map((c, i) => [c.name, c.type === "dynamic" ? dynamicValue(row[i] ?? null) : (row[i] ?? null)] as const)
            .filter(([name, value]) => value !== null && value !== "" && (!wanted || wanted.includes(name))),
        ),
      );
    },
    onSuccess: (found) => setPasted(found.length === 0 ? "" : `[\n${found.map((r) => "  " + printJson(r)).join(",\n")}\n]`),
  });
  if (!flow) return <Section title={t("manage.preview")}>{t("manage.noFlows")}</Section>;
  return (
    <Section title={t("manage.preview")} action={shown.isFetching ? <Spinner size="extra-tiny" aria-label={t("app.loading")} /> : undefined}>
      <div className={css.form}>
        {flows.length > 1 && (
          <Field label={t("manage.flow")}>
            <Select value={at} onChange={(_, d) => setAt(Number(d.value))}>
              {flows.map((f, i) => (
                <option key={i} value={i}>
                  {f.streams?.join(", ")} → {tableOf(f)}
                </option>
              ))}
            </Select>
          </Field>
        )}
        <Field label="transformKql">
          <Textarea className={`${css.area} ${css.low}`} spellCheck={false} value={transform} onChange={(_, d) => onText(withTransform(text, flows.indexOf(flow), d.value))} />
        </Field>
        <Field label={t("manage.rows")} hint={t("manage.rowsHint")} {...(rows instanceof Error ? { validationState: "error" as const, validationMessage: rows.message } : {})}>
          <Textarea className={`${css.area} ${css.low}`} spellCheck={false} value={pasted} placeholder={'[{"TimeGenerated": "2026-01-01T00:00:00Z", "Message": "…"}]'} onChange={(_, d) => setPasted(d.value)} />
        </Field>
        <div>
          <Button size="small" disabled={recent.isPending} onClick={() => recent.mutate()}>
            {t("manage.recentRows", { table: tableOf(flow) })}
          </Button>
          {recent.data?.length === 0 && <span className={css.faint}> {t("manage.noRecentRows")}</span>}
        </div>
        <Failure error={recent.error} />
        {shown.error ? (
          <div className={css.message} role="alert">
            {shown.error instanceof ApiError && shown.error.problems[0]?.place && <strong>{t("problem.place", { line: shown.error.problems[0].place.line, column: shown.error.problems[0].place.column + 1 })}: </strong>}
            {shown.error.message}
          </div>
        ) : (
          shown.data && (
            <div className={css.preview} role="region" aria-label={t("manage.becomes")}>
              <Grid table={shown.data} zone={zone} />
            </div>
          )
        )}
      </div>
    </Section>
  );
}
