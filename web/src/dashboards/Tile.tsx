import { Button, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger, PortalMountNodeProvider, Text, Tooltip } from "@fluentui/react-components";
import { FullScreenMaximizeRegular } from "@fluentui/react-icons/svg/full-screen-maximize";
import { FullScreenMinimizeRegular } from "@fluentui/react-icons/svg/full-screen-minimize";
import { MoreHorizontalRegular } from "@fluentui/react-icons/svg/more-horizontal";
import { lazy, type ReactNode, Suspense, useEffect, useMemo, useState } from "react";
import type { Answer, Render } from "../api/query";
import type { Row } from "../api/table";
import { useSettings } from "../app/settings";
import { Waiting } from "../app/Waiting";
import { Chart } from "../charts/Chart";
import type { Picked } from "../charts/ChartView";
import { chartOf } from "../charts/chartOf";
import { hues } from "../charts/option/palette";
import { t } from "../i18n";
import { Problems } from "../logs/results/Problems";
import css from "./Dashboard.module.css";
import { arranged } from "./looks";
import { Tiles } from "./Tiles";
import { type ChartSettings, type Content, hasPoints, visualizationOf } from "./workbook";

const Grid = lazy(() => import("../logs/results/Grid"));

interface FrameProps {
  title: string;
  children: ReactNode;
  /** What its menu offers, by name. */
  actions: { name: string; act: () => void }[];
  busy: boolean;
  /** It can be dragged by its title. */
  movable: boolean;
}

/** A tile's border, title and menu. */
export function Frame({ title, children, actions, busy, movable }: FrameProps) {
  const [host, setHost] = useState<HTMLElement | null>(null);
  const [full, setFull] = useState(false);
  useEffect(() => {
    const changed = () => setFull(document.fullscreenElement === host);
    host?.addEventListener("fullscreenchange", changed);
    return () => host?.removeEventListener("fullscreenchange", changed);
  }, [host]);
  // What an action opens, a page or a dialog, is not in the tile.
  const run = (act: () => void) => void (full ? document.exitFullscreen().then(act) : act());
  return (
    <section ref={setHost} className={css.tile} aria-label={title}>
      {/* In full screen nothing is seen but what is in the tile: its menus and tooltips, too. */}
      <PortalMountNodeProvider value={full ? host! : undefined}>
        <header className={`${css.tileHeader} ${movable ? "tile-handle" : ""}`}>
          <Text weight="semibold" truncate wrap={false} as="h2" className={css.tileTitle}>
            {title}
          </Text>
          {busy && <Waiting size="extra-tiny" delay={400} />}
          <Tooltip content={t(full ? "dashboard.leaveFullScreen" : "dashboard.fullScreen")} relationship="label">
            <Button size="small" appearance="subtle" icon={full ? <FullScreenMinimizeRegular /> : <FullScreenMaximizeRegular />} onClick={() => void (full ? document.exitFullscreen() : host!.requestFullscreen())} />
          </Tooltip>
          <Menu positioning="below-end">
            <MenuTrigger disableButtonEnhancement>
              <Button size="small" appearance="subtle" icon={<MoreHorizontalRegular />} aria-label={t("dashboard.tileMenu", { title })} />
            </MenuTrigger>
            <MenuPopover>
              <MenuList>
                {actions.map(({ name, act }) => (
                  <MenuItem key={name} onClick={() => run(act)}>
                    {name}
                  </MenuItem>
                ))}
              </MenuList>
            </MenuPopover>
          </Menu>
        </header>
        <div className={css.tileBody}>{children}</div>
      </PortalMountNodeProvider>
    </section>
  );
}

interface BodyProps {
  content: Content;
  answer: Answer | undefined;
  error: Error | null;
  /** What is said where there are no rows. */
  noData?: string | undefined;
  /** A row was chosen, of a table or of tiles. */
  onRow?: ((row: Row) => void) | undefined;
  onPick: (picked: Picked) => void;
  onBrush: (from: number, to: number) => void;
}

/** What a query's tile shows: a chart, a table, or why there is none. */
export function QueryBody({ content, answer, error, noData, onRow, onPick, onBrush }: BodyProps) {
  const zone = useSettings((s) => s.zone);
  const table = answer?.tables[0];
  const drawn = useMemo(() => {
    if (!table) return undefined;
    const render = renderOf(content, answer.render);
    if (!render.visualization || render.visualization === "table" || render.visualization === tiles) return undefined;
    return named(chartOf(table, render), content.chartSettings);
  }, [content, answer, table]);
  const grid = useMemo(() => table && arranged(table, content, zone), [table, content, zone]);
  if (error) return <Problems error={error} locate={(p) => p} onGo={() => {}} />;
  if (!table || !grid) return <Waiting className={css.middle} />;
  if (noData && table.rows.length === 0) return <Text className={css.note}>{noData}</Text>;
  if (drawn?.type === "none") return <Text className={css.note}>{drawn.problem}</Text>;
  return <Suspense fallback={<Waiting className={css.middle} />}>{drawn ? <Chart chart={drawn} onPick={onPick} onBrush={onBrush} /> : visualizationOf(content) === tiles ? <Tiles table={table} settings={content.tileSettings} onRow={onRow} /> : <Grid table={grid.table} looks={grid.looks} zone={zone} fill groupBy={grid.groupBy} tree={grid.tree} unfold={content.gridSettings?.hierarchySettings?.expandTopLevel === true} {...(onRow && { onFocusRow: (row: Row) => onRow(grid.behind(row)) })} />}</Suspense>;
}

/** What the workbook says of the chart goes before what the query says. */
function renderOf({ chartSettings: s, ...content }: Content, render: Render): Render {
  const own = visualizationOf(content);
  return {
    ...render,
    title: "",
    ...(own ? { visualization: own } : {}),
    ...(s?.xAxis ? { xcolumn: s.xAxis } : {}),
    ...(s?.yAxis ? { ycolumns: s.yAxis } : {}),
    ...(s?.group ? { series: s.group } : {}),
    ...(s?.showLegend === false ? { legend: "hidden" } : {}),
    ...(s?.ySettings?.min == null ? {} : { ymin: s.ySettings.min }),
    ...(s?.ySettings?.max == null ? {} : { ymax: s.ySettings.max }),
    ...(s?.ySettings?.label ? { ytitle: s.ySettings.label } : {}),
    ...(s?.xSettings?.min == null ? {} : { xmin: s.xSettings.min }),
    ...(s?.xSettings?.max == null ? {} : { xmax: s.xSettings.max }),
    ...(s?.xSettings?.label ? { xtitle: s.xSettings.label } : {}),
    ...(hasPoints(content) ? { kind: "map", xcolumn: content.mapSettings!.longitude!, ycolumns: content.mapSettings!.latitude!, ...(content.mapSettings!.labelSettings ? { series: content.mapSettings!.labelSettings } : {}) } : {}),
  };
}

const tiles = "tiles";

/** Series under the names, and in the colours, that the workbook has for them. */
function named(chart: ReturnType<typeof chartOf>, { seriesLabelSettings = [] }: ChartSettings = {}): typeof chart {
  const own = <S extends { name: string }>(s: S): S => {
    const wish = seriesLabelSettings.find((w) => w.seriesName === s.name);
    return { ...s, name: wish?.label || s.name, ...(wish?.color && Object.hasOwn(hues, wish.color) ? { colour: wish.color } : {}) };
  };
  if (chart.type === "xy") return { ...chart, series: chart.series.map(own) };
  if (chart.type === "pie") return { ...chart, slices: chart.slices.map(own) };
  return chart;
}
