import { Button, Checkbox, Combobox, Dropdown, Field, Input, Option } from "@fluentui/react-components";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type Choice, searchSettings, simulate } from "../api/advise";
import { Waiting } from "../app/Waiting";
import { t } from "../i18n";
import { formatClock, formatReal } from "../values/format";
import css from "./Advise.module.css";
import { Empty, Refused, Share } from "./Common";
import { useSeen } from "./FilesPane";
import { useFiles } from "./files";
import { Frame } from "./Frame";
import { Runs } from "./Runs";
import { cleaned, compares, defaults, ecs, eventOf, events, nameOf, numbers, requestOf, type Search, type Side, targets, tried } from "./settings";
import { useAddress } from "./useAddress";

/** What is played: the address as it was when one asked. */
interface Asked {
  search: Search;
  version: number;
}

/** A rollout, drain, upgrade, loss or spike, played; two settings side by side. */
export function SimulatePage() {
  const [search, setSearch] = useAddress("/advise/simulate");
  const { files, version, example } = useFiles();
  const [asked, setAsked] = useState<Asked>();
  const client = useQueryClient();
  const run = (change: Search = {}) => setAsked({ search: cleaned({ ...search, ...change }), version });
  // An example plays at once, and so does an address that somebody has sent.
  useEffect(() => {
    if (example) setAsked({ search, version });
  }, [example]);
  const played = asked && asked.version === version ? asked : undefined;
  const query = (side: Side) => ({
    queryKey: ["advise", "simulate", JSON.stringify([side, played])],
    queryFn: ({ signal }: { signal: AbortSignal }) => simulate(requestOf(played!.search, useFiles.getState().files, side), signal),
    enabled: played !== undefined && (side === "a" || compares(played.search)),
    staleTime: Infinity,
    gcTime: 0,
  });
  const a = useQuery(query("a"));
  const b = useQuery(query("b"));
  const busy = a.isFetching || b.isFetching;
  const error = a.error ?? b.error;
  const tryOut = (change: Search) => {
    setSearch(change);
    run(change);
  };
  const stale = played !== undefined && !same(played.search, search);
  return (
    <Frame view="/advise/simulate" search={search} onSearch={setSearch} tools={<Share />} aside={<Settings search={search} setSearch={setSearch} />}>
      {files.length === 0 ? (
        <Empty title={t("simulate.title")} text={t("simulate.text")} example="shop" />
      ) : (
        <>
          <div className={css.row}>
            <Button appearance="primary" disabled={busy} onClick={() => run()}>
              {t("simulate.run")}
            </Button>
            {busy && <Button onClick={() => void client.cancelQueries({ queryKey: ["advise", "simulate"] })}>{t("logs.cancel")}</Button>}
            {busy && <Waiting size="tiny" name={t("simulate.running")} />}
            {stale && !busy && <span className={css.faint}>{t("simulate.stale")}</span>}
            <span className={css.space} />
            <Button size="small" onClick={() => tryOut({ compare: "1", "b.policy": "ecs" })}>
              {t("simulate.withECS")}
            </Button>
            <Button size="small" onClick={() => tryOut({ compare: "1", "b.policy": "", "b.maxSurge": "1", "b.maxUnavailable": "0", "b.preStop": "15s" })}>
              {t("simulate.withPreStop")}
            </Button>
          </div>
          {error && <Refused error={error} />}
          {played && a.data && <Runs search={played.search} runs={compares(played.search) && b.data ? [a.data, b.data] : [a.data]} />}
          {!played && !busy && <p className={css.faint}>{t("simulate.ready")}</p>}
          <SearchPanel search={search} onTry={tryOut} />
        </>
      )}
    </Frame>
  );
}

/** Whether both ask for the same of the same files: which example these are of makes no difference. */
const same = (a: Search, b: Search) => [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((k) => k !== "example").every((k) => (a[k] ?? "") === (b[k] ?? ""));

interface SettingsProps {
  search: Search;
  setSearch: (change: Search) => void;
}

function Settings({ search, setSearch }: SettingsProps) {
  const seen = useSeen().data;
  const kind = eventOf(search);
  const choices: Record<string, string[]> = { workload: seen?.workloads.map((w) => w.name) ?? [], node: seen?.nodes ?? [], pool: seen?.pools ?? [], zone: seen?.zones ?? [] };
  const text = (name: string) => (
    <Field key={name} label={t(`simulate.field_${name.replace(/^b\./, "")}` as "simulate.field_rps")} size="small">
      <Input size="small" value={search[name] ?? ""} placeholder={defaults[name.replace(/^b\./, "")] ?? t("simulate.asInFiles")} onChange={(_, d) => setSearch({ [name]: d.value })} />
    </Field>
  );
  return (
    <>
      <section className={css.panel} aria-label={t("simulate.scenario")}>
        <h2 className={css.panelTitle}>{t("simulate.scenario")}</h2>
        <div className={css.fields}>
          <Field label={t("simulate.what")} size="small">
            <Dropdown size="small" value={t(`simulate.event_${kind}`)} selectedOptions={[kind]} onOptionSelect={(_, d) => setSearch({ event: d.optionValue ?? "", workload: "", node: "", pool: "", zone: "" })}>
              {events.map((e) => (
                <Option key={e} value={e}>
                  {t(`simulate.event_${e}`)}
                </Option>
              ))}
            </Dropdown>
          </Field>
          {targets[kind].map((name) =>
            name in choices ? (
              <Field key={name} label={t(`simulate.field_${name}` as "simulate.field_node")} size="small">
                <Combobox size="small" freeform clearable value={search[name] ?? ""} placeholder={kind === "drain" || kind === "loss" ? t("simulate.choose") : t("simulate.all")} selectedOptions={[search[name] ?? ""]} onOptionSelect={(_, d) => setSearch({ [name]: d.optionValue ?? "", ...(kind === "loss" ? { [name === "node" ? "zone" : "node"]: "" } : {}) })} onInput={(e) => setSearch({ [name]: e.currentTarget.value })}>
                  {choices[name]!.map((v) => (
                    <Option key={v} value={v}>
                      {v}
                    </Option>
                  ))}
                </Combobox>
              </Field>
            ) : (
              text(name)
            ),
          )}
          {(["rps", "start", "request", "propagation"] as const).map(text)}
        </div>
        <details className={css.details} style={{ marginTop: 10 }}>
          <summary>{t("simulate.moreNumbers")}</summary>
          <div className={css.fields}>{numbers.slice(4).map(text)}</div>
          <p className={css.faint}>{t("simulate.numbersHint")}</p>
          <Checkbox label={t("simulate.broken")} checked={search["broken"] === "1"} onChange={(_, d) => setSearch({ broken: d.checked ? "1" : "" })} />
        </details>
      </section>
      <section className={css.panel} aria-label={t("simulate.tried")}>
        <div className={css.row}>
          <h2 className={`${css.panelTitle} ${css.grow}`} style={{ margin: 0 }}>
            {t("simulate.tried")}
          </h2>
          <Checkbox label={t("simulate.compare")} checked={compares(search)} onChange={(_, d) => setSearch({ compare: d.checked ? "1" : "" })} />
        </div>
        {(compares(search) ? (["a", "b"] as const) : (["a"] as const)).map((side) => (
          <fieldset key={side} style={{ margin: "8px 0 0", padding: 0, border: 0, minWidth: 0 }}>
            <legend className={css.faint} style={{ padding: 0 }}>
              {compares(search) ? t(`simulate.side_${side}`) : t("simulate.triedHint")}
            </legend>
            <div className={css.fields}>
              <Field label={t("simulate.policy")} size="small">
                <Dropdown size="small" value={search[nameOf(side, "policy")] === "ecs" ? "ECS" : "Kubernetes"} selectedOptions={[search[nameOf(side, "policy")] || "kubernetes"]} onOptionSelect={(_, d) => setSearch({ [nameOf(side, "policy")]: d.optionValue === "ecs" ? "ecs" : "" })}>
                  <Option value="kubernetes">Kubernetes</Option>
                  <Option value="ecs">ECS</Option>
                </Dropdown>
              </Field>
              {(search[nameOf(side, "policy")] === "ecs" ? [...ecs, "replicas", "grace"] : tried).map((name) => text(nameOf(side, name)))}
            </div>
          </fieldset>
        ))}
      </section>
    </>
  );
}

/** The cheapest settings that answer a share of the requests. */
function SearchPanel({ search, onTry }: { search: Search; onTry: (change: Search) => void }) {
  const [goal, setGoal] = useState("99.95");
  const stop = useState(() => ({ now: new AbortController() }))[0];
  const find = useMutation({
    mutationFn: () => {
      stop.now = new AbortController();
      return searchSettings({ ...requestOf(search, useFiles.getState().files, "a"), goal: Number(goal) }, stop.now.signal);
    },
  });
  useEffect(() => () => stop.now.abort(), [stop]);
  const cancelled = find.error instanceof DOMException && find.error.name === "AbortError";
  return (
    <section className={css.panel} aria-label={t("simulate.search")}>
      <h2 className={css.panelTitle}>{t("simulate.search")}</h2>
      <p className={css.faint} style={{ margin: "0 0 8px" }}>
        {t("simulate.searchHint")}
      </p>
      <div className={css.row}>
        <Input size="small" type="number" aria-label={t("simulate.goal")} value={goal} min={0} max={100} step={0.01} contentAfter="%" onChange={(_, d) => setGoal(d.value)} style={{ width: 120 }} />
        <Button size="small" disabled={find.isPending} onClick={() => find.mutate()}>
          {t("simulate.find")}
        </Button>
        {find.isPending && (
          <Button size="small" onClick={() => stop.now.abort()}>
            {t("logs.cancel")}
          </Button>
        )}
        {find.isPending && <Waiting size="tiny" name={t("simulate.searching")} />}
      </div>
      {find.error && !cancelled && <Refused error={find.error} />}
      {find.data && (
        <>
          <p className={css.faint}>{find.data.met === 0 ? t("simulate.noneMeets") : t("simulate.meet", { n: find.data.met })}</p>
          {find.data.choices.length > 0 && <Choices list={find.data.choices.slice(0, 8)} onTry={onTry} />}
        </>
      )}
    </section>
  );
}

const setOf = (c: Choice): Search => ({ compare: "1", "b.policy": "", "b.maxSurge": c.maxSurge, "b.maxUnavailable": c.maxUnavailable, "b.preStop": `${c.preStop}s`, "b.grace": `${c.grace}s`, "b.replicas": String(c.replicas), "b.minReady": "" });

function Choices({ list, onTry }: { list: Choice[]; onTry: (change: Search) => void }) {
  const columns = ["maxSurge", "maxUnavailable", "preStop", "grace", "replicas", "peak", "time", "answered"] as const;
  return (
    <div className={css.scroll} tabIndex={0} role="group" aria-label={t("simulate.search")}>
      <table className={css.table}>
        <thead>
          <tr>
            {columns.map((c) => (
              <th key={c} className={css.number} scope="col">
                {t(`simulate.field_${c}`)}
              </th>
            ))}
            <th scope="col">
              <span style={{ position: "absolute", clip: "rect(0 0 0 0)" }}>{t("simulate.try")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {list.map((c, i) => (
            <tr key={i}>
              {[c.maxSurge, c.maxUnavailable, `${c.preStop} s`, `${c.grace} s`, c.replicas, c.peakPods, formatClock(c.seconds), `${formatReal(c.answeredPercent)} %`].map((v, j) => (
                <td key={j} className={css.number}>
                  {v}
                </td>
              ))}
              <td>
                <Button size="small" onClick={() => onTry(setOf(c))}>
                  {t("simulate.try")}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
