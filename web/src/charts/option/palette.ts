// Colours that readers with any colour vision can tell apart: Okabe and Ito's set, tuned so that
// each has 3:1 against the background of its theme. After eight series the line
// style changes, bars are hatched, and points have another shape.

export const palette = {
  light: ["#0072b2", "#c85200", "#00805d", "#b0508a", "#2f3538", "#9a6b00", "#5a4fb0", "#5f6b6d"],
  dark: ["#56b4e9", "#e69f00", "#2fbf93", "#e38ec0", "#f0e442", "#ff8a5c", "#a99cf5", "#b4bfc1"],
} as const;

/** Colours by the names that workbooks have for them, in the light theme and the dark one. */
export const hues: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  blue: ["#0072b2", "#56b4e9"],
  blueDark: ["#00466e", "#2b8cc4"],
  blueDarkDark: ["#002f4a", "#1f6f9f"],
  lightBlue: ["#2f8fd0", "#9ad4f5"],
  grayBlue: ["#56758a", "#9db6c6"],
  turquoise: ["#0b757f", "#45c1cc"],
  green: ["#00805d", "#2fbf93"],
  greenDark: ["#00543d", "#1f9470"],
  greenDarkDark: ["#003a2a", "#167054"],
  yellow: ["#9a7d00", "#f0e442"],
  yellowDark: ["#6b5700", "#c9b62c"],
  orange: ["#c85200", "#e69f00"],
  orangeDark: ["#943c00", "#c77f1b"],
  brown: ["#8a5a2b", "#c89a6a"],
  red: ["#c8321e", "#ff7a66"],
  redDark: ["#8f1d10", "#d9503c"],
  redBright: ["#e0483a", "#ff5c4d"],
  pink: ["#c2577f", "#f0a3bd"],
  magenta: ["#b0508a", "#e38ec0"],
  purple: ["#5a4fb0", "#a99cf5"],
  purpleDark: ["#3f3589", "#8172e0"],
  amethyst: ["#7a4fb0", "#c39cf5"],
  gray: ["#5f6b6d", "#b4bfc1"],
  black: ["#2f3538", "#dfe5e6"],
};

export const hueOf = (name: string, dark: boolean) => hues[name]?.[dark ? 1 : 0];

export const lineStyles = ["solid", "dashed", "dotted"] as const;

export const symbols = ["circle", "triangle", "rect"] as const;

const hatch = (rotation: number) => ({ symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation, color: "rgba(0, 0, 0, 0.4)" });

export const hatches = [undefined, hatch(-Math.PI / 4), hatch(Math.PI / 4)] as const;
