declare module "monaco-editor/esm/vs/editor/edcore.main";

interface Window {
  MonacoEnvironment?: { getWorker: (id: unknown, label: string) => Worker };
}
