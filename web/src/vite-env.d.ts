/// <reference types="vite/client" />

declare module "echarts/lib/i18n/langJA.js" {
  const words: Parameters<typeof import("echarts/core").registerLocale>[1];
  export default words;
}
