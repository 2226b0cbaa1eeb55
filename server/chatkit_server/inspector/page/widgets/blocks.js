// How an element is sized, spaced and set among others: the styles of props that many components share.
// @ts-check
import { RADII } from "./sizes.js";

const SIDES = ["top", "right", "bottom", "left"];

/**
 * Set styles; those without a value are taken away.
 *
 * @param {HTMLElement | SVGElement} element
 * @param {Record<string, string | number | undefined>} styles by CSS property
 */
export const style = (element, styles) => {
  for (const [name, value] of Object.entries(styles)) {
    if (value === undefined) element.style.removeProperty(name);
    else element.style.setProperty(name, String(value));
  }
};

/**
 * Set words that the style sheet knows, as `data-…`; those without a value are taken away.
 *
 * @param {HTMLElement} element
 * @param {Record<string, string | boolean | undefined>} words
 */
export const mark = (element, words) => {
  for (const [name, value] of Object.entries(words)) {
    if (value === undefined || value === false) delete element.dataset[name];
    else element.dataset[name] = value === true ? "" : value;
  }
};

/**
 * Give a function that draws only when what it draws is another than before, so that what stands there is left alone.
 *
 * @returns {(what: any, draw: () => void) => void}
 */
export const whenNew = () => {
  /** @type {string | undefined} */
  let drawn;
  return (what, draw) => {
    const wanted = JSON.stringify(what) ?? "";
    if (wanted === drawn) return;
    drawn = wanted;
    draw();
  };
};

/** @param {HTMLElement} element @param {string} text */
export const put = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

/** @param {HTMLElement} element @param {Record<string, any>} props */
export const sized = (element, props) =>
  style(element, {
    width: props.width ?? props.size,
    height: props.height ?? props.size,
    "min-width": props.minWidth ?? props.minSize,
    "min-height": props.minHeight ?? props.minSize,
    "max-width": props.maxWidth ?? props.maxSize,
    "max-height": props.maxHeight ?? props.maxSize,
    "aspect-ratio": props.aspectRatio,
    flex: props.flex,
  });

/** @param {HTMLElement} element @param {Record<string, any>} props */
export const block = (element, props) => {
  sized(element, props);
  style(element, { "border-radius": props.radius && RADII[props.radius], background: props.background });
  sides(element, "margin", props.margin);
};

/** @param {HTMLElement} element @param {Record<string, any>} props */
export const padded = (element, props) => {
  sides(element, "padding", props.padding);
  // What is flush reaches over the padding around it, so it must know how wide that is.
  for (const side of SIDES) style(element, { [`--w-pad-${side}`]: props.padding?.[side] });
};

/** @param {HTMLElement} element @param {Record<string, any>} props */
export const bordered = (element, props) => sides(element, "border", props.border);

/**
 * @param {HTMLElement} element
 * @param {string} property
 * @param {Record<string, string> | undefined} values
 */
const sides = (element, property, values) => {
  for (const side of SIDES) style(element, { [`${property}-${side}`]: values?.[side] });
};

/** @type {Record<string, string>} */
const ALIGN = { start: "flex-start", center: "center", end: "flex-end", baseline: "baseline", stretch: "stretch" };
/** @type {Record<string, string>} */
const JUSTIFY = {
  start: "flex-start",
  center: "center",
  end: "flex-end",
  between: "space-between",
  around: "space-around",
  evenly: "space-evenly",
  stretch: "stretch",
};

/** @param {HTMLElement} element @param {Record<string, any>} props */
export const flexed = (element, props) =>
  style(element, {
    "align-items": props.align && ALIGN[props.align],
    "justify-content": props.justify && JUSTIFY[props.justify],
    "flex-wrap": props.wrap,
    gap: props.gap,
  });
