declare module "monaco-editor/esm/vs/editor/edcore.main";

interface Window {
  MonacoEnvironment?: {
    getWorker: (id: unknown, label: string) => Worker;
    createTrustedTypesPolicy: (name: string) => { policyName: string; createHTML: (html: string) => string; createScript: (s: string) => string; createScriptURL: (s: string) => string };
  };
}
