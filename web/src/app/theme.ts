import { type BrandVariants, createDarkTheme, createLightTheme, type Theme } from "@fluentui/react-components";

const brand: BrandVariants = {
  10: "#020a0b",
  20: "#0a1c1f",
  30: "#0b2f34",
  40: "#0b3d43",
  50: "#0a4b52",
  60: "#085961",
  70: "#076870",
  80: "#0b757f",
  90: "#2a838c",
  100: "#429199",
  110: "#589fa6",
  120: "#6dadb3",
  130: "#83bbc0",
  140: "#99c9cd",
  150: "#afd7da",
  160: "#c5e5e7",
};

const fonts = {
  fontFamilyBase: '"Segoe UI Variable Text", "Segoe UI", system-ui, -apple-system, "Noto Sans", sans-serif',
  fontFamilyMonospace: '"Cascadia Code", "SF Mono", ui-monospace, Menlo, Consolas, "Noto Sans Mono", monospace',
};

export const light: Theme = { ...createLightTheme(brand), ...fonts };

export const dark: Theme = {
  ...createDarkTheme(brand),
  ...fonts,
  colorBrandForeground1: brand[120],
  colorBrandForeground2: brand[130],
  colorBrandForegroundLink: brand[130],
};
