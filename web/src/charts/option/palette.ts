// Colours that readers with any colour vision can tell apart: Okabe and Ito's set, tuned so that
// each has 3:1 against the background of its theme. After eight series the line style changes.

export const palette = {
  light: ["#0072b2", "#c85200", "#00805d", "#b0508a", "#2b8cbe", "#9a6b00", "#5a4fb0", "#5f6b6d"],
  dark: ["#56b4e9", "#e69f00", "#2fbf93", "#e38ec0", "#f0e442", "#ff8a5c", "#a99cf5", "#b4bfc1"],
} as const;

export const lineStyles = ["solid", "dashed", "dotted"] as const;
