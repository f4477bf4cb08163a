// The files that advice is asked about. They stay in this tab's memory: they may hold secrets, so
// neither the browser's storage nor an address gets them.

import { create } from "zustand";
import type { SentFile } from "../api/advise";
import { type ExampleName, examples } from "./examples";

interface Files {
  files: SentFile[];
  /** Which of them is shown. */
  current: number;
  /** The example that they are, unchanged. */
  example: ExampleName | undefined;
  /** Counts changes. */
  version: number;
  /** A line that was asked for: it is shown once. */
  line: number | undefined;
  load: (example: ExampleName) => void;
  add: (files: SentFile[]) => void;
  edit: (text: string) => void;
  rename: (name: string) => void;
  remove: (index: number) => void;
  clear: () => void;
  show: (index: number) => void;
  goTo: (file: string, line: number) => void;
}

export const useFiles = create<Files>()((set) => {
  const change = (f: (s: Files) => Partial<Files>) => set((s) => ({ example: undefined, ...f(s), version: s.version + 1 }));
  return {
    files: [],
    current: 0,
    example: undefined,
    version: 0,
    line: undefined,
    load: (example) => change(() => ({ files: examples[example], current: 0, example })),
    add: (added) =>
      change((s) => {
        const kept = s.files.filter((f) => !added.some((a) => a.name === f.name));
        return { files: [...kept, ...added], current: kept.length };
      }),
    edit: (text) =>
      change((s) => {
        if (s.files.length === 0) return { files: [{ name: nameFor(text), text }], current: 0 };
        return { files: s.files.map((f, i) => (i === s.current ? { ...f, text } : f)) };
      }),
    rename: (name) => change((s) => ({ files: s.files.map((f, i) => (i === s.current ? { ...f, name } : f)) })),
    remove: (index) => change((s) => ({ files: s.files.filter((_, i) => i !== index), current: Math.max(0, s.current > index || s.current === s.files.length - 1 ? s.current - 1 : s.current) })),
    clear: () => change(() => ({ files: [], current: 0 })),
    show: (index) => set({ current: index }),
    goTo: (file, line) =>
      set((s) => {
        const index = s.files.findIndex((f) => f.name === file);
        return index < 0 ? {} : { current: index, line };
      }),
  };
});

/** A name for pasted text: the server tells by names what a file is. */
export function nameFor(text: string): string {
  const begin = text.slice(0, 4000).replace(/^\uFEFF/, "");
  if (/^\s*<(\?xml[^>]*>\s*<)?Project\b/.test(begin)) return "pasted.csproj";
  if (/^\s*[{[]/.test(begin)) return "pasted.json";
  if (/^(\s*#[^\n]*\n|\s*ARG\b[^\n]*\n|\s*\n)*\s*FROM\s+\S/i.test(begin)) return "Dockerfile";
  if (/^services:\s*$/m.test(begin) && !/^kind:/m.test(begin)) return "compose.yaml";
  return "pasted.yaml";
}

const known = /\.(ya?ml|json|csproj|vbproj|fsproj|dockerfile)$|(^|\/)dockerfile[^/]*$|(^|\/)(packages|web)\.config$/i;
const skipped = /(^|\/)(\.[^/]+|node_modules|bin|obj)\//i;

/** As much as the server takes, of all files together. */
export const mostBytes = 4 << 20;

export class TooMuch extends Error {}

/** Reads what was chosen or dropped; of a folder what is known. */
export async function readChosen(list: Iterable<File>): Promise<SentFile[]> {
  const chosen = [...list].map((f) => ({ file: f, name: f.webkitRelativePath || f.name }));
  const taken = chosen.filter(({ name, file }) => isZip(file) || (file.webkitRelativePath ? known.test(name) && !skipped.test(name) : true));
  if (taken.reduce((sum, { file }) => sum + file.size, 0) > mostBytes) throw new TooMuch();
  return Promise.all(taken.map(async ({ file, name }) => (isZip(file) ? { name, zip: await base64(file) } : { name, text: await file.text() })));
}

const isZip = (file: File) => /\.zip$/i.test(file.name);

function base64(file: File): Promise<string> {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done((reader.result as string).replace(/^[^,]*,/, ""));
    reader.onerror = () => failed(reader.error ?? new Error(file.name));
    reader.readAsDataURL(file);
  });
}
