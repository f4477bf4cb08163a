import { Drawer, DrawerBody, Text } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useRef, useState } from "react";
import { Group, Panel, Separator, useDefaultLayout } from "react-resizable-panels";
import type { Example } from "../api/examples";
import { getMetadata } from "../api/metadata";
import type { Row, Table } from "../api/table";
import { useSession } from "../app/session";
import { useDark, useNarrow } from "../app/settings";
import { useCopy } from "../app/toast";
import { Waiting } from "../app/Waiting";
import "../editor/environment";
import type { EditorHandle } from "../editor/Editor";
import { forgetTexts } from "../editor/undo";
import { type Mark, rowsBehind } from "../kql/behind";
import { addFilter, compareTo, quoteName } from "../kql/quote";
import { setRender } from "../kql/render";
import { placeIn } from "../kql/statement";
import { addressOf } from "./address";
import { t } from "../i18n";
import { type Span, timespanOf } from "../kql/timespan";
import { LiveTail } from "./LiveTail";
import css from "./LogsPage.module.css";
import { Problems } from "./results/Problems";
import { ResultsPane } from "./results/ResultsPane";
import { Running } from "./results/Running";
import { useAnswers } from "./runs";
import { Side } from "./Side";
import splitter from "./Splitter.module.css";
import { spanOf, titleOf, useLogs } from "./store";
import { TabBar } from "./TabBar";
import { Toolbar } from "./Toolbar";
import { useAddress, useOpenQuery } from "./useAddress";
import { Welcome } from "./Welcome";

const AddTo = lazy(() => import("../dashboards/AddTo"));
const Editor = lazy(() => import("../editor/Editor"));

export function LogsPage() {
  const session = useSession();
  const narrow = useNarrow();
  const dark = useDark();
  const copy = useCopy();
  const { tabs, activeId, runs, live, ...logs } = useLogs();
  const tab = tabs.find((t) => t.id === activeId) ?? tabs[0]!;
  const run = runs[tab.id];
  const answers = useAnswers();
  const answer = answers[tab.id];
  const following = live[tab.id];
  const editor = useRef<EditorHandle>(null);
  // A pane beside the work; a drawer over it where there is no room, which does not open by itself.
  const [paneOpen, setPaneOpen] = useState(true);
  const [drawerOpen, setDrawerOpen] = useState(false);
  const tablesOpen = narrow ? drawerOpen : paneOpen;
  const [pinning, setPinning] = useState(false);
  const openQuery = useOpenQuery();
  const opening = useAddress(openQuery);

  const metadata = useQuery({
    queryKey: ["metadata", session.workspaceId],
    queryFn: ({ signal }) => getMetadata(session.workspaceId, signal),
    staleTime: 60_000,
    refetchInterval: 120_000,
  });

  const start = () => {
    const current = editor.current?.current();
    if (current) logs.run(tab.id, current);
  };
  const share = async () => {
    const search = await addressOf(editor.current?.current()?.query ?? tab.text, spanOf(tab));
    await copy(`${location.origin}/logs?${new URLSearchParams({ ...search })}`, t("logs.link"));
  };
  // What was picked from the tables is in the editor: a drawer over it has to go.
  const leaveDrawer = useCallback(() => setDrawerOpen(false), []);
  const insert = useCallback(
    (text: string) => {
      leaveDrawer();
      editor.current?.insert(text);
    },
    [leaveDrawer],
  );
  const preview = useCallback(
    (query: string, span?: Span) => {
      leaveDrawer();
      openQuery(query, span);
    },
    [leaveDrawer, openQuery],
  );
  const filter = (table: Table, at: { row: Row; column: number }, keep: boolean) => {
    if (!run) return;
    const { name, type } = table.columns[at.column]!;
    replace(addFilter(run.query, compareTo(quoteName(name), type, at.row[at.column] ?? null, keep)));
  };
  /** Runs another statement in the place of the one that ran. */
  const replace = (query: string) => {
    if (!run) return;
    const offset = tab.text.indexOf(run.query);
    if (offset < 0) return openQuery(query, run.span);
    logs.setText(tab.id, tab.text.slice(0, offset) + query + tab.text.slice(offset + run.query.length));
    logs.run(tab.id, { query, line: run.line, column: run.column });
  };
  // The picker's range is of TimeGenerated; another column needs a filter of its own.
  const narrowTime = (from: number, to: number, column: string) => {
    if (!run) return;
    const [start, end] = [new Date(from).toISOString(), new Date(to).toISOString()];
    if (column === "TimeGenerated") {
      logs.setSpan(tab.id, `${start}/${end}`);
      logs.run(tab.id, run);
    } else replace(addFilter(run.query, `${quoteName(column)} between (datetime(${start}) .. datetime(${end}))`));
  };
  const showBehind = (table: Table, mark: Mark) => {
    const behind = run && rowsBehind(run.query, table, mark);
    if (behind) openQuery(behind, run.span);
  };
  const tryExample = (e: Example) => openQuery(e.query, e.timespan);
  const close = (id: string) => {
    logs.close(id);
    forgetTexts(id);
  };

  const tables = (
    <Side metadata={metadata.data} failed={metadata.isError} onInsert={insert} onPreview={preview} onPast={({ query, span }) => preview(query, span)} />
  );
  const work = (
    <div className={css.work}>
      <TabBar onClose={close} />
      <Toolbar
        span={spanOf(tab)}
        onSpan={(span) => logs.setSpan(tab.id, span)}
        running={answer?.isFetching ?? false}
        onRun={start}
        onCancel={() => logs.cancel(tab.id)}
        onFormat={() => editor.current?.format()}
        onShare={() => void share()}
        live={following !== undefined}
        onLive={(on) => logs.setLive(tab.id, on ? editor.current?.current() : undefined)}
        onTables={() => (narrow ? setDrawerOpen : setPaneOpen)(!tablesOpen)}
        tablesOpen={tablesOpen}
        narrow={narrow}
      />
      <Split>
        <Suspense fallback={<Waiting className={css.middle} name={t("logs.loadingEditor")} label={t("logs.loadingEditor")} />}>
          <Editor
            ref={editor}
            tabId={tab.id}
            text={tab.text}
            current={() => useLogs.getState().tabs.find((t) => t.id === tab.id)?.text ?? ""}
            onChange={(text) => logs.setText(tab.id, text)}
            onRun={start}
            dark={dark}
            workspaceId={session.workspaceId}
            workspace={session.workspaceName}
            metadata={metadata.data}
          />
        </Suspense>
        {following ? (
          <LiveTail key={following.query} statement={following.query} timespan={timespanOf(spanOf(tab, following.query))} />
        ) : !run ? (
          !opening && <Welcome onTry={tryExample} />
        ) : run.cancelled ? (
          <Text className={css.note}>{t("logs.cancelled")}</Text>
        ) : answer?.data ? (
          <ResultsPane key={run.id} answer={answer.data} onNarrow={narrowTime} onRender={(kind) => run && logs.rewrite(tab.id, setRender(run.query, kind))} onPick={showBehind} onPin={() => setPinning(true)} onFilter={filter} />
        ) : answer?.error ? (
          <Problems
            error={answer.error}
            locate={(place) => placeIn(run, place)}
            onGo={(place) => editor.current?.reveal(place.line, place.column)}
          />
        ) : (
          <Running since={run.startedAt} id={run.requestId} />
        )}
      </Split>
    </div>
  );

  return (
    <main className={css.page}>
      <h1 className={css.unseen}>{t("app.logs")}</h1>
      {narrow && (
        <Drawer open={drawerOpen} onOpenChange={(_, d) => setDrawerOpen(d.open)} position="start" size="small" aria-label={t("logs.side")}>
          <DrawerBody className={css.drawer}>{tables}</DrawerBody>
        </Drawer>
      )}
      {pinning && run && (
        <Suspense>
          <AddTo query={run.query} name={titleOf(run.query)} onClose={() => setPinning(false)} />
        </Suspense>
      )}
      {/* The work stays as it is when a window becomes narrow, or a telephone is turned. */}
      <Group orientation="horizontal" className={css.group}>
        {!narrow && paneOpen && (
          <Panel id="tables" defaultSize={264} minSize={180} maxSize="45%" groupResizeBehavior="preserve-pixel-size">
            {tables}
          </Panel>
        )}
        {!narrow && paneOpen && <Separator className={splitter.vertical} aria-label={t("logs.resizeTables")} />}
        <Panel id="work" minSize="40%">
          {work}
        </Panel>
      </Group>
    </main>
  );
}

/** The editor above the results, at the height that the reader chose. */
function Split({ children: [above, below] }: { children: [React.ReactNode, React.ReactNode] }) {
  const layout = useDefaultLayout({ id: "yagura.split", storage: localStorage });
  return (
    <Group orientation="vertical" className={css.split} {...layout}>
      <Panel id="editor" defaultSize="34%" minSize={80} className={css.editor}>
        {above}
      </Panel>
      <Separator className={splitter.horizontal} aria-label={t("logs.resizeEditor")} />
      <Panel id="results" minSize={120} className={css.results}>
        {below}
      </Panel>
    </Group>
  );
}
