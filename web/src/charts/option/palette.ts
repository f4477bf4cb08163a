// Colours that readers with any colour vision can tell apart: Okabe and Ito's set, tuned so that
// each has 3:1 against the background of its theme. After eight series the line
// style changes, bars are hatched, and points have another shape.

export const palette = {
  light: ["#0072b2", "#c85200", "#00805d", "#b0508a", "#2f3538", "#9a6b00", "#5a4fb0", "#5f6b6d"],
  dark: ["#56b4e9", "#e69f00", "#2fbf93", "#e38ec0", "#f0e442", "#ff8a5c", "#a99cf5", "#b4bfc1"],
} as const;

export const lineStyles = ["solid", "dashed", "dotted"] as const;

export const symbols = ["circle", "triangle", "rect"] as const;

const hatch = (rotation: number) => ({ symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation, color: "rgba(0, 0, 0, 0.4)" });

export const hatches = [undefined, hatch(-Math.PI / 4), hatch(Math.PI / 4)] as const;
