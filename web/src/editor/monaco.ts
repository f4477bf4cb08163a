// Monaco with Microsoft's KQL language service, set up once. Import this lazily: it is large, and reads
// ./environment when it is loaded.

import "monaco-editor/esm/vs/editor/edcore.main";
import * as monaco from "monaco-editor/esm/vs/editor/editor.api";
import { getKustoWorker, kustoDefaults } from "@kusto/monaco-kusto";
import type { EngineSchema } from "@kusto/monaco-kusto";
import "./kusto.css";

kustoDefaults.setLanguageSettings({
  ...kustoDefaults.languageSettings,
  includeControlCommands: false,
  // Colours at once; the language service repaints what it knows better a moment later.
  useTokenColorization: true,
});

// What is wrong with a query the server says (./useMistakes).
monaco.editor.onDidChangeMarkers((resources) => {
  for (const resource of resources) {
    const model = monaco.editor.getModel(resource);
    if (model && monaco.editor.getModelMarkers({ owner: "kusto", resource }).length > 0) monaco.editor.setModelMarkers(model, "kusto", []);
  }
});

monaco.editor.defineTheme("yagura-light", {
  base: "vs",
  inherit: true,
  rules: [
    { token: "comment", foreground: "5b6b6d" },
    { token: "keyword", foreground: "0550ae" },
    { token: "function", foreground: "6f42c1" },
    { token: "string", foreground: "a3291f" },
    { token: "number", foreground: "7a4b00" },
    { token: "type", foreground: "0550ae" },
    { token: "variable", foreground: "076870" },
    { token: "operator.sql", foreground: "0550ae" },
    { token: "operator.scss", foreground: "0550ae" },
    { token: "tag", foreground: "0550ae" },
    { token: "annotation", foreground: "6f42c1" },
  ],
  colors: {
    "editor.background": "#ffffff",
    "editorLineNumber.foreground": "#6b7780",
    "editorLineNumber.activeForeground": "#1b1b1b",
  },
});
monaco.editor.defineTheme("yagura-dark", {
  base: "vs-dark",
  inherit: true,
  rules: [
    { token: "comment", foreground: "9aa5a8" },
    { token: "keyword", foreground: "79b8ff" },
    { token: "function", foreground: "d2a8ff" },
    { token: "string", foreground: "f2a98f" },
    { token: "number", foreground: "e3c07a" },
    { token: "type", foreground: "79b8ff" },
    { token: "variable", foreground: "83d0d8" },
    { token: "operator.sql", foreground: "79b8ff" },
    { token: "operator.scss", foreground: "79b8ff" },
    { token: "tag", foreground: "79b8ff" },
    { token: "annotation", foreground: "d2a8ff" },
  ],
  colors: {
    "editor.background": "#292929",
    "editorLineNumber.foreground": "#9a9a9a",
    "editorLineNumber.activeForeground": "#ffffff",
  },
});

/** Tells the language service what tables, columns and functions there are. */
export async function setSchema(model: monaco.editor.ITextModel, schema: EngineSchema) {
  const accessor = await getKustoWorker();
  const worker = await accessor(model.uri);
  await worker.setSchema(schema);
}

export { monaco };
