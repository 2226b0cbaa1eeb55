// Colours: tokens of a place, shades of a palette, and the colours of CSS, alone or as a pair for light and dark.
// @ts-check
import { isObject } from "./values.js";

/** @typedef {import("./values.js").Check} Check */
/** @typedef {"text" | "background" | "border" | "chart"} Place */

/** What a token means, by the place that it stands in. @type {Record<Place, Record<string, string>>} */
export const TOKENS = {
  text: {
    prose: "var(--ck-text)",
    primary: "var(--ck-text)",
    emphasis: "var(--ck-text)",
    secondary: "var(--ck-text-2)",
    tertiary: "var(--ck-text-3)",
    success: "var(--ck-success)",
    warning: "var(--ck-warning)",
    caution: "var(--ck-warning)",
    danger: "var(--ck-danger)",
    info: "var(--ck-info)",
    discovery: "var(--ck-discovery)",
  },
  background: {
    surface: "var(--ck-surface)",
    "surface-secondary": "var(--ck-surface-2)",
    "surface-tertiary": "var(--ck-surface-3)",
    "surface-elevated": "var(--ck-surface)",
    "surface-elevated-secondary": "var(--ck-surface-2)",
  },
  border: { default: "var(--ck-border)", subtle: "var(--ck-surface-3)", strong: "var(--ck-border-strong)" },
  chart: {
    blue: "var(--ck-chart-blue)",
    purple: "var(--ck-chart-purple)",
    orange: "var(--ck-chart-orange)",
    green: "var(--ck-chart-green)",
    red: "var(--ck-chart-red)",
    yellow: "var(--ck-chart-yellow)",
    pink: "var(--ck-chart-pink)",
  },
};

/** What series of a chart get that name no colour, in this order. */
export const SERIES = Object.values(TOKENS.chart);

/** The hues of the palette, in degrees. @type {Record<string, number>} */
const HUES = { red: 25, orange: 55, yellow: 90, green: 150, blue: 255, purple: 300, pink: 350 };
const SHADE = /^(gray|red|orange|yellow|green|blue|purple|pink)-(\d{1,3}|1000)$/;
const ALPHA = /^alpha-(\d{1,2})$/;
/** The functions of CSS that make a colour of numbers. */
const FUNCTION = /^(rgba?|hsla?|hwb|lab|lch|oklab|oklch)\([\d\s.,%/+-]*(deg|rad|turn|none)?[\d\s.,%/+-]*\)$/i;
const GRADIENT = /^(repeating-)?(linear|radial|conic)-gradient\([-#a-z\d\s.,%/+()]*\)$/i;
const CALL = /[a-z-]+(?=\()/g;

/** Whether all that a gradient calls are colours. @param {string} written */
const isGradient = (written) => {
  const [, ...stops] = GRADIENT.test(written) ? (written.match(CALL) ?? []) : [];
  return GRADIENT.test(written) && stops.every((name) => FUNCTION.test(`${name}()`));
};

/**
 * A shade of the palette: 0 is white, 1000 nearly black, and the middle has the most colour.
 *
 * @param {string} hue
 * @param {number} shade
 */
const shaded = (hue, shade) => {
  const light = 1 - (shade / 1000) * 0.85;
  const chroma = hue === "gray" ? 0.004 : 0.2 * Math.sin(Math.PI * Math.min(1, 0.06 + shade / 1000));
  return `oklch(${light.toFixed(3)} ${Math.max(0, chroma).toFixed(3)} ${HUES[hue] ?? 260})`;
};

/**
 * @param {Place} place
 * @param {any} value
 * @returns {string | undefined}
 */
const single = (place, value) => {
  if (typeof value !== "string" || value.length > 400) return undefined;
  const written = value.trim().toLowerCase();
  if (Object.hasOwn(TOKENS[place], written)) return TOKENS[place][written];
  const shade = SHADE.exec(written);
  if (shade) return shaded(shade[1], Number(shade[2]));
  const alpha = ALPHA.exec(written);
  if (alpha) return `light-dark(rgb(0 0 0 / ${alpha[1]}%), rgb(255 255 255 / ${alpha[1]}%))`;
  if (place === "background" && isGradient(written)) return CSS.supports("background", written) ? written : undefined;
  const plain = /^(#[\da-f]{3,8}|[a-z]{3,24})$/.test(written) || FUNCTION.test(written);
  return plain && CSS.supports("color", written) ? written : undefined;
};

/**
 * A colour in a place, or a pair of them.
 *
 * @param {Place} place
 * @returns {Check} gives CSS
 */
export const color = (place) => (value) => {
  if (!isObject(value)) return single(place, value);
  const [light, dark] = [single(place, value.light), single(place, value.dark)];
  if (!light || !dark) return light ?? dark;
  // Gradients are no colours, so a pair of them is left to the light one.
  return light.includes("gradient") || dark.includes("gradient") ? light : `light-dark(${light}, ${dark})`;
};
