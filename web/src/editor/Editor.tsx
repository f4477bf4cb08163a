import { useUncontrolledFocus } from "@fluentui/react-components";
import { type Ref, useEffect, useImperativeHandle, useRef } from "react";
import type { Metadata } from "../api/metadata";
import { statementAt, statements } from "../kql/statement";
import css from "./Editor.module.css";
import type { Statement } from "../logs/store";
import "./help";
import { monaco, setSchema } from "./monaco";
import { engineSchema } from "./schema";
import { keepText, pastTexts } from "./undo";
import { type Mark, useMistakes } from "./useMistakes";

export interface EditorHandle {
  /** The selection if there is one, else the statement at the cursor. */
  current: () => Statement | undefined;
  insert: (text: string) => void;
  reveal: (line: number, column: number) => void;
  format: () => void;
  focus: () => void;
}

interface Props {
  ref?: Ref<EditorHandle>;
  tabId: string;
  text: string;
  /** The text as it is now, which may be newer than the one that was drawn. */
  current: () => string;
  onChange: (text: string) => void;
  onRun: () => void;
  /** The text is a field among others, and kept elsewhere: it neither takes the focus nor outlives the page. */
  field?: boolean;
  /** The text is not yet KQL, such as one with parameters: its mistakes cannot be told. */
  unchecked?: boolean;
  dark: boolean;
  workspaceId: string;
  workspace: string;
  metadata: Metadata | undefined;
}

const options: monaco.editor.IStandaloneEditorConstructionOptions = {
  automaticLayout: true,
  minimap: { enabled: false },
  fontSize: 13,
  lineHeight: 20,
  fontFamily: '"Cascadia Code", "SF Mono", ui-monospace, Menlo, Consolas, "Noto Sans Mono", monospace',
  lineNumbersMinChars: 3,
  lineDecorationsWidth: 8,
  folding: false,
  glyphMargin: false,
  scrollBeyondLastLine: false,
  renderLineHighlight: "none",
  overviewRulerLanes: 0,
  wordWrap: "on",
  padding: { top: 8, bottom: 8 },
  fixedOverflowWidgets: true,
  suggest: { showWords: false, preview: false },
  quickSuggestions: { other: true, comments: false, strings: false },
  scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10, alwaysConsumeMouseWheel: false },
  // Text in a log query is searched for what it hides, so show it.
  unicodeHighlight: { ambiguousCharacters: false, invisibleCharacters: true },
  ariaLabel: "Query editor. Press Control M to let Tab leave the editor.",
};

const uriOf = (tabId: string) => monaco.Uri.parse(`inmemory://logs/${tabId}.kql`);

/** Monaco on one model a tab, so that each tab keeps its undo history. */
export default function Editor(props: Props) {
  const { ref, tabId, text, field = false, unchecked = false, dark, workspaceId, workspace, metadata } = props;
  const marks = useMistakes(workspaceId, tabId, unchecked ? "" : text);
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<monaco.editor.IStandaloneCodeEditor>(null);
  const views = useRef(new Map<string, monaco.editor.ICodeEditorViewState | null>());
  const latest = useRef(props);
  latest.current = props;
  // The Tab key is the editor's: it accepts a completion and indents.
  const uncontrolled = useUncontrolledFocus();

  useEffect(() => {
    const created = monaco.editor.create(host.current!, { ...options, model: null });
    editor.current = created;
    const run = { keybindings: [monaco.KeyMod.Shift | monaco.KeyCode.Enter, monaco.KeyMod.CtrlCmd | monaco.KeyCode.Enter] };
    created.addAction({
      id: "yagura.run",
      label: "Run query",
      ...run,
      run: () => {
        created.trigger("run", "hideSuggestWidget", {});
        latest.current.onRun();
      },
    });
    created.onDidChangeModelContent(() => {
      const { current, onChange } = latest.current;
      const value = created.getValue();
      if (value !== current()) onChange(value);
    });
    const highlight = highlightStatement(created);
    return () => {
      highlight();
      created.dispose();
    };
  }, []);

  useEffect(() => monaco.editor.setTheme(dark ? "yagura-dark" : "yagura-light"), [dark]);

  useEffect(() => {
    const e = editor.current!;
    const model = monaco.editor.getModel(uriOf(tabId)) ?? createModel(tabId, latest.current.text, field ? [] : pastTexts(tabId));
    e.setModel(model);
    const view = views.current.get(tabId);
    if (view) e.restoreViewState(view);
    if (!field) e.focus();
    const kept = views.current;
    // A text stays until the page goes, that of a closed tab too: the language service may yet ask for it.
    return () => {
      kept.set(tabId, e.saveViewState());
    };
  }, [tabId, field]);

  // A text set from outside (an example, a filter) is an edit that can be undone. Typing sets the
  // text too, and by now there may be more of it: only the present text counts.
  useEffect(() => {
    const model = monaco.editor.getModel(uriOf(tabId));
    const wanted = latest.current.current();
    if (!model || model.getValue() === wanted) return;
    model.pushStackElement();
    model.pushEditOperations([], [{ range: model.getFullModelRange(), text: wanted }], () => null);
    editor.current!.setPosition(model.getFullModelRange().getEndPosition());
    model.pushStackElement();
  }, [tabId, text]);

  useEffect(() => {
    if (field) return;
    const timer = setTimeout(() => keepText(tabId, text), 700);
    return () => clearTimeout(timer);
  }, [tabId, text, field]);

  useEffect(() => {
    const model = monaco.editor.getModel(uriOf(tabId));
    if (!model) return;
    const underline = () => monaco.editor.setModelMarkers(model, "server", marks.map((m) => markerOf(m, model)));
    underline();
    // The language service takes away all underlines, whoever drew them, once it has looked at a text.
    const taken = model.onDidChangeDecorations(() => {
      if (marks.length > 0 && !model.getAllDecorations().some((d) => d.options.className === "squiggly-error")) underline();
    });
    return () => taken.dispose();
  }, [tabId, marks]);

  useEffect(() => {
    const model = editor.current?.getModel();
    if (metadata && model) void setSchema(model, engineSchema(workspace, metadata));
  }, [workspace, metadata]);

  useImperativeHandle(ref, () => handleOf(() => editor.current!), []);

  return <div ref={host} className={css.editor} data-testid="editor" {...uncontrolled} />;
}

function createModel(tabId: string, text: string, past: string[]) {
  const model = monaco.editor.createModel(text, "kusto", uriOf(tabId));
  model.setEOL(monaco.editor.EndOfLineSequence.LF);
  if (past.length === 0) return model;
  // What was typed before the page was loaded is typed again, so that it can be undone.
  model.setValue(past[0]!);
  for (const next of [...past.slice(1), text]) {
    if (next === model.getValue()) continue;
    model.pushStackElement();
    model.pushEditOperations([], [{ range: model.getFullModelRange(), text: next }], () => null);
  }
  model.pushStackElement();
  return model;
}

function handleOf(get: () => monaco.editor.IStandaloneCodeEditor): EditorHandle {
  return {
    current: () => {
      const model = get().getModel();
      const selection = get().getSelection();
      if (!model || !selection) return undefined;
      const query = model.getValueInRange(selection);
      if (query.trim() !== "") return { query, line: selection.startLineNumber, column: selection.startColumn - 1 };
      const s = statementAt(model.getValue(), model.getOffsetAt(selection.getPosition()));
      return s && { query: s.text, line: s.line, column: s.start - model.getOffsetAt({ lineNumber: s.line, column: 1 }) };
    },
    insert: (text) => {
      const e = get();
      e.executeEdits("insert", [{ range: e.getSelection()!, text, forceMoveMarkers: true }]);
      e.focus();
    },
    reveal: (line, column) => {
      get().setPosition({ lineNumber: line, column: column + 1 });
      get().revealLineInCenterIfOutsideViewport(line);
      get().focus();
    },
    format: () => void get().getAction("editor.action.formatDocument")?.run(),
    focus: () => get().focus(),
  };
}

function markerOf(m: Mark, model: monaco.editor.ITextModel): monaco.editor.IMarkerData {
  const line = Math.min(Math.max(m.line, 1), model.getLineCount());
  const last = model.getLineMaxColumn(line);
  // An error at the end of a line still needs a character to stand under.
  const start = Math.min(m.column + 1, Math.max(1, last - 1));
  return {
    severity: monaco.MarkerSeverity.Error,
    message: m.message,
    source: "Yagura",
    startLineNumber: line,
    startColumn: start,
    endLineNumber: line,
    endColumn: Math.min(Math.max(start + m.length, start + 1), last),
  };
}

/** Marks, in the margin, the statement that Run would run, when there are several. */
function highlightStatement(e: monaco.editor.IStandaloneCodeEditor): () => void {
  const decorations = e.createDecorationsCollection();
  const update = () => {
    const model = e.getModel();
    const position = e.getPosition();
    if (!model || !position) return;
    const text = model.getValue();
    const s = statements(text).length > 1 ? statementAt(text, model.getOffsetAt(position)) : undefined;
    const range = s && monaco.Range.fromPositions(model.getPositionAt(s.start), model.getPositionAt(s.end));
    decorations.set(range ? [{ range, options: { isWholeLine: true, linesDecorationsClassName: css.current } }] : []);
  };
  const listeners = [e.onDidChangeCursorPosition(update), e.onDidChangeModelContent(update), e.onDidChangeModel(update)];
  return () => listeners.forEach((l) => l.dispose());
}
