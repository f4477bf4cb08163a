import { Button, Link as FluentLink, Tab, TabList } from "@fluentui/react-components";
import { useNavigate } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useLayoutEffect, useMemo, useRef, useState } from "react";
import { GridLayout, type EventCallback, useContainerWidth } from "react-grid-layout";
import "react-grid-layout/css/styles.css";
import type { Answer } from "../api/query";
import type { Row } from "../api/table";
import type { Picked } from "../charts/ChartView";
import { t } from "../i18n";
import { rowOf, rowsBehind } from "../kql/behind";
import { defaultSpan, filtersTime, inQuery, type Span } from "../kql/timespan";
import { addressOf } from "../logs/address";
import css from "./Dashboard.module.css";
import { ParameterBar } from "./ParameterBar";
import { barren, exportedValue, fill, isVisible, missing, spanOfMs, timeOf, type Values } from "./parameters";
import { Frame, QueryBody } from "./Tile";
import { leavesOf, mergedTable, readMerge, sourcesOf } from "./merge";
import { useTile } from "./useTile";
import { exportsOf, heightOfText, type Item, itemType, type Parameter, type Place, places, source } from "./workbook";

const TextTile = lazy(() => import("./TextTile"));

export interface Surroundings {
  /** All queries of the workbook, by their names. */
  queries: ReadonlyMap<string, Item>;
  parameters: Parameter[];
  values: Values;
  /** What there is to choose from, of the drop-downs for which that is known. */
  choices: Readonly<Record<string, string[]>>;
  /** The first time range among the parameters. */
  span: Span;
  /** Seconds between two refreshes. */
  refresh: number;
  editing: boolean;
  narrow: boolean;
  onValue: (name: string, value: string | string[]) => void;
  /** Several at once. */
  onValues: (values: Readonly<Record<string, string | string[]>>) => void;
  onChoices: (name: string, values: string[]) => void;
  onEdit: (item: Item) => void;
  onRemove: (item: Item) => void;
}

interface Props {
  items: Item[];
  around: Surroundings;
  onPlaces: (items: Item[]) => void;
}

// On very wide screens rows are higher, so that charts keep their form.
const rowHeight = (width: number) => Math.round(30 * Math.min(1.6, Math.max(1, width / 2000)));
const gap = 12;
/** How many rows something takes that is so high; it may stand out by half a gap. */
const rowsOf = (height: number, width: number) => Math.max(1, Math.ceil((height + gap / 2) / (rowHeight(width) + gap)));

/** Items where they stand; while editing they are dragged by their titles and sized at their corners. */
export function Items({ items, around, onPlaces }: Props) {
  const { width, containerRef, mounted } = useContainerWidth();
  const all = places(items);
  const shown = items.map((item, i) => ({ item, i, place: all[i]! })).filter(({ item }) => around.editing || isVisible(item, around.values));
  const movable = around.editing && !around.narrow;
  // How high things are that wrap as the window is narrow: parameters, and groups with such.
  const [heights, setHeights] = useState<Readonly<Record<number, number>>>({});
  const needs = (i: number) => (heights[i] === undefined ? 0 : rowsOf(heights[i], width));
  const layout = around.narrow ? stacked(shown, around.editing, needs) : shown.map(({ i, place }) => ({ i: String(i), ...place, h: Math.max(place.h, needs(i)) }));
  const place: EventCallback = (next, before, after) => {
    // To press a title moves nothing.
    if (!movable || (["x", "y", "w", "h"] as const).every((side) => before?.[side] === after?.[side])) return;
    onPlaces(
      items.map((item, i) => {
        const at = next.find((l) => l.i === String(i));
        return at ? { ...item, yagura: { x: at.x, y: at.y, w: at.w, h: at.h } } : item;
      }),
    );
  };
  return (
    <div ref={containerRef}>
      {mounted && (
        <GridLayout
          width={width}
          layout={layout}
          gridConfig={{ cols: 12, rowHeight: rowHeight(width), margin: [gap, gap], containerPadding: [0, 0] }}
          // To switch these off would make all tiles anew: while nobody edits there is nothing to take hold of.
          dragConfig={{ enabled: true, handle: ".tile-handle" }}
          resizeConfig={{ enabled: true, handles: movable ? ["se"] : [] }}
          onDragStop={place}
          onResizeStop={place}
        >
          {shown.map(({ item, i }) => (
            <div key={String(i)}>
              <Measured onHeight={item.type === itemType.parameters || item.type === itemType.group ? (height) => setHeights((all) => (all[i] === height ? all : { ...all, [i]: height })) : undefined}>
                <One item={item} around={around} onItem={(changed) => onPlaces(items.map((other, k) => (k === i ? changed : other)))} />
              </Measured>
            </div>
          ))}
        </GridLayout>
      )}
    </div>
  );
}

/** Tells how high its content is; without anybody to tell, the content is all. */
function Measured({ onHeight, children }: { onHeight: ((height: number) => void) | undefined; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const tell = useRef(onHeight);
  tell.current = onHeight;
  const measured = onHeight !== undefined;
  useLayoutEffect(() => {
    if (!measured) return;
    const observer = new ResizeObserver(([entry]) => tell.current?.(entry!.contentRect.height));
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, [measured]);
  return measured ? <div ref={box}>{children}</div> : children;
}

/** One below the other, with room for what wraps in a narrow window. */
function stacked(shown: { item: Item; i: number; place: Place }[], editing: boolean, needs: (i: number) => number) {
  let y = 0;
  return [...shown]
    .sort((a, b) => a.place.y - b.place.y || a.place.x - b.place.x)
    .map(({ item, i, place }) => {
      const own = item.type === itemType.text ? heightOfText(item.content.json ?? "", 50) : place.h;
      // While one edits, what has no title has its tools above it: what is measured has them already.
      const h = needs(i) || own + (editing && item.type !== itemType.query ? 1 : 0);
      y += h;
      return { i: String(i), x: 0, y: y - h, w: 12, h };
    });
}

function One({ item, around, onItem }: { item: Item; around: Surroundings; onItem: (item: Item) => void }) {
  const { parameters, values } = around;
  const { content } = item;
  const tools = around.editing && (
    <div className={`${css.tools} ${around.narrow ? "" : "tile-handle"}`}>
      <Button size="small" onClick={() => around.onEdit(item)}>
        {t("dashboard.edit")}
      </Button>
      <Button size="small" onClick={() => around.onRemove(item)}>
        {t("dashboard.remove")}
      </Button>
    </div>
  );
  switch (item.type) {
    case itemType.text:
      return (
        <>
          {tools}
          <Suspense>
            <TextTile text={fill(content.json ?? "", parameters, values)} style={content.style && fill(content.style, parameters, values)} />
          </Suspense>
        </>
      );
    case itemType.parameters:
      return (
        <>
          {tools}
          <ParameterBar parameters={content.parameters ?? []} all={parameters} values={values} span={around.span} editing={around.editing} onChange={around.onValue} onChoices={around.onChoices} />
        </>
      );
    case itemType.links:
      return (
        <>
          {tools}
          <Links item={item} around={around} />
        </>
      );
    case itemType.group:
      return (
        <section aria-label={content.title ?? item.name}>
          {tools}
          {content.title && <h2 className={css.group}>{content.title}</h2>}
          <Items items={content.items ?? []} around={around} onPlaces={(items) => onItem({ ...item, content: { ...content, items } })} />
        </section>
      );
    case itemType.query:
      return <QueryTile item={item} around={around} />;
    default:
      return (
        <Frame title={item.name} actions={[]} busy={false} movable={around.editing && !around.narrow}>
          <p className={css.note}>{item.type === itemType.metrics ? t("dashboard.metricsItem") : t("dashboard.unknownItem", { type: item.type })}</p>
        </Frame>
      );
  }
}

function Links({ item, around }: { item: Item; around: Surroundings }) {
  const links = item.content.links ?? [];
  if (item.content.style === "tabs") {
    const name = links.find((l) => l.linkTarget === "parameter")?.cellValue ?? "";
    return (
      <TabList selectedValue={around.values[name]} onTabSelect={(_, d) => around.onValue(name, d.value as string)}>
        {links.map((l) => (
          <Tab key={l.linkLabel} value={l.subTarget ?? ""}>
            {l.linkLabel}
          </Tab>
        ))}
      </TabList>
    );
  }
  return (
    <nav className={css.links} aria-label={item.name}>
      {links.map((l) => (
        <span key={l.linkLabel}>
          {l.preText}{" "}
          {l.linkTarget === "Url" && /^https?:/.test(l.cellValue ?? "") ? (
            <FluentLink href={l.cellValue} target="_blank" rel="noreferrer">
              {l.linkLabel}
            </FluentLink>
          ) : (
            <FluentLink as="button" onClick={() => l.cellValue && around.onValue(l.cellValue, l.subTarget ?? "")}>
              {l.linkLabel}
            </FluentLink>
          )}{" "}
          {l.postText}
        </span>
      ))}
    </nav>
  );
}

function QueryTile({ item, around }: { item: Item; around: Surroundings }) {
  const { content } = item;
  const { parameters, values } = around;
  const navigate = useNavigate();
  const query = fill(content.query ?? "", parameters, values);
  const leaves = leavesOf(item, around.queries);
  const asked = (leaves ?? []).map((leaf) => {
    const text = fill(leaf.content.query ?? "", parameters, values);
    return { query: text, span: spanOf(leaf, around, text) };
  });
  const span = asked[0]?.span ?? defaultSpan;
  const needed = [...new Set((leaves ?? [item]).flatMap((leaf) => missing(parameters, values, leaf.content.query ?? "")))];
  const knows = leaves !== undefined && needed.length === 0;
  const { answers, error, isFetching } = useTile(asked, around.refresh, knows);
  const same = useSame(answers);
  const answer = useMemo(() => same && leaves && answerOf(item, leaves, same, around.queries), [item, same, around.queries]);
  const empty = error || answer?.tables[0]?.rows.length === 0 ? (leaves ?? []).flatMap((leaf) => barren(parameters, values, around.choices, leaf.content.query ?? "")) : [];
  const isMerge = content.queryType === source.merge;
  const title = fill(content.title || item.name, parameters, values);
  const inLogs = async (text: string, range: Span) => navigate({ to: "/logs", search: await addressOf(text, range) });
  const actions = [
    // What a merge makes of answers is no query.
    ...(isMerge ? [] : [{ name: t("dashboard.openInLogs"), act: () => void inLogs(query, span) }]),
    ...(around.editing ? [{ name: t("dashboard.edit"), act: () => around.onEdit(item) }, { name: t("dashboard.remove"), act: () => around.onRemove(item) }] : []),
  ];
  const stretch = (from: number, to: number) => `${new Date(from).toISOString()}/${new Date(to).toISOString()}`;
  const exported = exportsOf(content);
  const choose = (row: Row, mark?: Picked) => around.onValues(Object.fromEntries(exported.map((e) => [e.parameterName!, exportedValue(answer!.tables[0]!, row, e.fieldName, mark)])));
  const pick = (picked: Picked) => {
    const row = answer?.tables[0] && exported.length > 0 ? rowOf(answer.tables[0], picked) : undefined;
    if (row) return choose(row, picked);
    if (isMerge) return;
    void inLogs((answer?.tables[0] && rowsBehind(query, answer.tables[0], picked)) ?? query, span);
  };
  const timeParameter = content.timeBrushParameterName ?? timeOf(parameters);
  return (
    <Frame title={title} actions={actions} busy={isFetching} movable={around.editing && !around.narrow}>
      {isMerge && answer && answer.tables.length === 0 ? (
        <p className={css.note}>{t("dashboard.noMerge")}</p>
      ) : empty.length > 0 ? (
        <p className={css.note}>{t("dashboard.nothingFor", { names: [...new Set(empty)].join(", ") })}</p>
      ) : !knows ? (
        <p className={css.note}>{needed.length ? t("dashboard.needs", { names: needed.join(", ") }) : t("dashboard.otherSource")}</p>
      ) : (
        <QueryBody content={content} answer={answer} error={error} noData={content.noDataMessage && fill(content.noDataMessage, parameters, values)} onRow={exported.length > 0 ? (row) => choose(row) : undefined} onPick={pick} onBrush={(from, to) => (timeParameter ? around.onValue(timeParameter, stretch(from, to)) : isMerge ? undefined : void inLogs(query, stretch(from, to)))} />
      )}
    </Frame>
  );
}

/** The list that was there before, as long as its members are the same. */
function useSame<T>(list: T[] | undefined): T[] | undefined {
  const before = useRef(list);
  if (list?.length !== before.current?.length || list?.some((one, i) => one !== before.current![i])) before.current = list;
  return before.current;
}

/** What a tile shows: its own answer, or what it merges of others. */
function answerOf(item: Item, leaves: Item[], answers: Answer[], queries: ReadonlyMap<string, Item>): Answer {
  const merge = item.content.queryType === source.merge ? readMerge(item.content.query) : undefined;
  if (!merge) return answers[leaves.indexOf(item)]!;
  const tables = new Map(sourcesOf(merge).map((name) => [name, answerOf(queries.get(name)!, leaves, answers, queries).tables[0]!]));
  const table = mergedTable(merge, tables);
  return { ...answers[0]!, tables: table ? [table] : [], render: {} };
}

function spanOf({ content }: Item, { span, values }: Surroundings, query: string): Span {
  const named = content.timeContextFromParameter && values[content.timeContextFromParameter];
  if (named) return String(named);
  if (filtersTime(query)) return inQuery;
  return content.timeContext?.durationMs ? spanOfMs(content.timeContext.durationMs) : span || defaultSpan;
}
