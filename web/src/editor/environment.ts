// What Monaco reads of its surroundings as it is loaded: this has to be there before.

import EditorWorker from "monaco-editor/esm/vs/editor/editor.worker?worker";
import KustoWorker from "@kusto/monaco-kusto/release/esm/kusto.worker?worker";

const styled = "data-style";
let waiting = false;

/** Moves the styles of Monaco's markup, which the content security policy refuses, to where scripts set them. */
function createHTML(html: string): string {
  if (!waiting) {
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      for (const element of document.querySelectorAll<HTMLElement>(`[${styled}]`)) {
        // What Monaco has set since then is newer.
        element.style.cssText = `${element.getAttribute(styled)};${element.style.cssText}`;
        element.removeAttribute(styled);
      }
    });
  }
  // Text has its "<" escaped, so that what stands between "<" and ">" is a tag.
  return html.replace(/<[^<>]* style="[^<>]*>/g, (tag) => tag.replace(' style="', ` ${styled}="`));
}

const same = (text: string) => text;

self.MonacoEnvironment = {
  getWorker: (_: unknown, label: string) => (label === "kusto" ? new KustoWorker() : new EditorWorker()),
  // Monaco passes its markup through a policy before it becomes elements.
  createTrustedTypesPolicy: (policyName: string) => ({ policyName, createHTML, createScript: same, createScriptURL: same }),
};
