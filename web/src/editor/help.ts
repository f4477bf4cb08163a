// What the server says of its functions, where one rests on a name and while one types a call. The
// language service itself knows the names and types only.

import { type FunctionDoc, getFunctions } from "../api/functions";
import { callAt } from "../kql/calls";
import { monaco } from "./monaco";

let docs: Promise<Map<string, FunctionDoc>> | undefined;

function known(): Promise<Map<string, FunctionDoc>> {
  docs ??= getFunctions().then(
    (list) => new Map(list.toReversed().map((f) => [f.name, f])), // of two with one name the first stays
    () => {
      docs = undefined; // to be asked for again
      return new Map();
    },
  );
  return docs;
}

const plain = (text: string) => text.replace(/[\\`*_{}[\]()#+\-.!|<>]/g, "\\$&");

monaco.languages.registerHoverProvider("kusto", {
  async provideHover(model, position) {
    const word = model.getWordAtPosition(position);
    if (!word) return null;
    const doc = (await known()).get(word.word);
    const called = /^\s*\(/.test(model.getLineContent(position.lineNumber).slice(word.endColumn - 1));
    if (!doc || called !== doc.calls.length > 0) return null;
    const example = doc.example ? [{ value: `\`\`\`kusto\n${doc.example.in}\n// ${doc.example.out}\n\`\`\`` }] : [];
    return { contents: [{ value: plain(doc.doc) }, ...example] };
  },
});

monaco.languages.registerSignatureHelpProvider("kusto", {
  signatureHelpTriggerCharacters: ["(", ","],
  signatureHelpRetriggerCharacters: [")"],
  async provideSignatureHelp(model, position) {
    const call = callAt(model.getValue(), model.getOffsetAt(position));
    const doc = call && (await known()).get(call.name);
    if (!doc || doc.calls.length === 0) return null;
    const signatures = doc.calls.map((params) => signature(doc, params, call.argument));
    const fits = doc.calls.findIndex((params) => call.argument < Math.max(1, params.length) || params.some((p) => p.repeats));
    return { value: { signatures, activeSignature: Math.max(0, fits), activeParameter: call.argument }, dispose: () => {} };
  },
});

function signature(doc: FunctionDoc, params: FunctionDoc["calls"][number], argument: number): monaco.languages.SignatureInformation {
  const names = params.map((p) => (p.optional ? `[${p.name}]` : p.name) + (p.repeats ? ", ..." : ""));
  const parameters: monaco.languages.ParameterInformation[] = [];
  let at = doc.name.length + 1;
  for (const name of names) {
    parameters.push({ label: [at, at + name.length] });
    at += name.length + 2;
  }
  const last = params.findLastIndex((p) => p.repeats);
  const active = argument < params.length || last < 0 ? argument : last;
  return { label: `${doc.name}(${names.join(", ")})`, documentation: doc.doc, parameters, activeParameter: active };
}
