// Lengths, spaces, borders and ratios as CSS that cannot say anything else: no url(), no var(), no second declaration.
// @ts-check
import { color } from "./colors.js";
import { isObject } from "./values.js";

/** @typedef {import("./values.js").Check} Check */

/** How many px a unit of space is. */
const UNIT = 4;
const LONGEST = 10000;
const LENGTH = /^-?(\d+\.?\d*|\.\d+)([a-z]{1,5}|%)?$/i;
const WORDS = new Set(["auto", "min-content", "max-content", "fit-content", "none"]);
/** Arithmetic of lengths, which holds no functions but these. */
const SUM = /^(calc|min|max|clamp)\([-+*/%.,\d\s()a-z]+\)$/i;
const CALLS = /[a-z-]+(?=\()/gi;

/** @param {string} value */
const isSum = (value) => SUM.test(value) && (value.match(CALLS) ?? []).every((name) => /^(calc|min|max|clamp)$/i.test(name));

/**
 * A length: a number of `unit` px, or a length as in CSS.
 *
 * @param {number} unit
 * @param {string} property that CSS must take it for
 * @returns {Check}
 */
const length = (unit, property) => (value) => {
  if (typeof value === "number") return Number.isFinite(value) && Math.abs(value) <= LONGEST ? `${value * unit}px` : undefined;
  if (typeof value !== "string") return undefined;
  const written = value.trim().toLowerCase();
  if (/^-?\d*\.?\d+$/.test(written)) return length(unit, property)(Number(written));
  const known = LENGTH.test(written) || WORDS.has(written) || isSum(written);
  return known && CSS.supports(property, written) ? written : undefined;
};

/** A size on the screen; a number counts px. */
export const size = length(1, "max-width");
/** Room between things; a number counts units. */
export const gap = length(UNIT, "gap");
const inside = length(UNIT, "padding-top");
const outside = length(UNIT, "margin-top");

/** How a box shares the room: a number that it grows by, or as in CSS. @type {Check} */
export const flex = (value) => {
  if (typeof value === "number") return value >= 0 && Number.isFinite(value) ? `${value} 1 0%` : undefined;
  return typeof value === "string" && /^[\d.%a-z\s-]+$/i.test(value) && CSS.supports("flex", value) ? value : undefined;
};

/** Width by height: `1.5`, `16 / 9`. @type {Check} */
export const ratio = (value) => {
  const written = typeof value === "number" ? String(value) : value;
  if (typeof written !== "string" || !/^\s*(auto|[\d.]+(\s*\/\s*[\d.]+)?)\s*$/.test(written)) return undefined;
  return CSS.supports("aspect-ratio", written) ? written.trim() : undefined;
};

const SIDES = /** @type {const} */ (["top", "right", "bottom", "left"]);
/** Which sides a name stands for, the wider names first. @type {[string, readonly string[]][]} */
const NAMES = [["x", ["right", "left"]], ["y", ["top", "bottom"]], ...SIDES.map((side) => /** @type {[string, string[]]} */ ([side, [side]]))];

/**
 * Something for each side: one value for all of them, or an object of values by side.
 *
 * @param {Check} check
 * @returns {Check} an object by side
 */
const sides = (check) => (value) => {
  const same = check(value);
  if (same !== undefined) return Object.fromEntries(SIDES.map((side) => [side, same]));
  if (!isObject(value)) return undefined;
  /** @type {Record<string, string>} */
  const taken = {};
  for (const [name, where] of NAMES) {
    const one = value[name] === undefined || value[name] === null ? undefined : check(value[name]);
    if (one !== undefined) for (const side of where) taken[side] = one;
  }
  return Object.keys(taken).length || !Object.keys(value).length ? taken : undefined;
};

/**
 * Up to four lengths in one text, in the order of CSS.
 *
 * @param {Check} check
 * @returns {Check}
 */
const shorthand = (check) => (value) => {
  const whole = sides(check)(value);
  if (whole !== undefined || typeof value !== "string") return whole;
  const parts = value.trim().split(/\s+/).map(check);
  if (parts.length > 4 || parts.includes(undefined)) return undefined;
  const [top, right = top, bottom = top, left = right] = parts;
  return { top, right, bottom, left };
};

export const padding = shorthand(inside);
export const margin = shorthand(outside);

const STYLES = new Set(["solid", "dashed", "dotted", "double", "groove", "ridge", "inset", "outset"]);
const THICKEST = 64;

/** @type {Check} */
const line = (value) => {
  const { size: thick, color: paint, style } = isObject(value) ? value : { size: value, color: undefined, style: undefined };
  if (typeof thick !== "number" || !(thick >= 0 && thick <= THICKEST)) return undefined;
  return `${thick}px ${STYLES.has(style) ? style : "solid"} ${color("border")(paint) ?? "var(--ck-border)"}`;
};
/** Lines around something. @type {Check} */
export const border = sides(line);

/** Round corners, by token. @type {Record<string, string>} */
export const RADII = {
  "2xs": "2px", xs: "4px", sm: "6px", md: "8px", lg: "10px", xl: "12px",
  "2xl": "16px", "3xl": "20px", "4xl": "24px", full: "9999px", "100%": "100%", none: "0",
}; // prettier-ignore
