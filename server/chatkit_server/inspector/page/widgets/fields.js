// The fields to type into.
// @ts-check
import { h } from "../dom.js";
import { mark, style } from "./blocks.js";

/** @typedef {import("./mount.js").Renderer} Renderer */
/** @typedef {HTMLInputElement | HTMLTextAreaElement} Field */

/**
 * Give a field the value that it starts with; what was typed stays, as the browser keeps it.
 *
 * @param {Field} field
 * @param {string} value
 */
export const refill = (field, value) => {
  if (field.defaultValue !== value) field.defaultValue = value;
};

/**
 * Focus a new field, and select what is in it, when its component asks for that; a field that somebody is typing into keeps the focus.
 *
 * @param {Field} field
 */
export const greet = (field) => {
  let met = false;
  return (/** @type {{autoFocus?: boolean, autoSelect?: boolean}} */ { autoFocus, autoSelect }) => {
    if (met) return;
    met = true;
    if (autoSelect) field.addEventListener("focus", () => field.select(), { once: true });
    if (autoFocus) requestAnimationFrame(() => isTyping() || field.focus({ preventScroll: true }));
  };
};

const isTyping = () => {
  const busy = document.activeElement;
  return (busy instanceof HTMLInputElement || busy instanceof HTMLTextAreaElement) && busy.value !== "";
};

/**
 * Say whether browsers and password managers may fill a field.
 *
 * @param {Field} field
 * @param {boolean | undefined} allowed
 * @param {string} [complete] the browser's own hint
 */
export const hint = (field, allowed, complete) => {
  field.setAttribute("autocomplete", complete ?? (allowed ? "on" : "off"));
  for (const name of ["data-1p-ignore", "data-lpignore", "data-bwignore"]) field.toggleAttribute(name, !allowed);
};

/**
 * Check a field of several lines against a pattern, which browsers do for single lines only.
 *
 * @param {HTMLTextAreaElement} field
 * @returns {(pattern: string | undefined) => void}
 */
export const patterned = (field) => {
  /** @type {RegExp | null} */
  let wanted = null;
  const check = () => field.setCustomValidity(wanted && field.value && !wanted.test(field.value) ? "Please match the requested format." : "");
  field.addEventListener("input", check);
  return (pattern) => {
    wanted = pattern === undefined ? null : compiled(pattern);
    check();
  };
};

/** A pattern that is none is not checked, as in an <input>. @param {string} pattern */
const compiled = (pattern) => {
  try {
    return new RegExp(`^(?:${pattern})$`, "v");
  } catch {
    return null;
  }
};

/** @param {Field} field @param {Record<string, any>} props */
const common = (field, props) => {
  field.name = props.name ?? "";
  field.required = props.required === true;
  field.disabled = props.disabled === true;
  field.placeholder = props.placeholder ?? "";
  hint(field, props.allowAutofillExtensions);
  refill(field, props.defaultValue ?? "");
  mark(field, { variant: props.variant ?? "outline", size: props.size ?? "md", gutter: props.gutterSize });
};

/** @type {Renderer} */
const input = () => {
  const element = /** @type {HTMLInputElement} */ (h("input", { class: "ck-wid-control ck-wid-field" }));
  const greeted = greet(element);
  return {
    element,
    update: (props) => {
      element.type = props.inputType ?? "text";
      common(element, props);
      element.pattern = props.pattern ?? "";
      if (props.pattern === undefined) element.removeAttribute("pattern");
      mark(element, { pill: props.pill });
      greeted(props);
    },
  };
};

/** @type {Renderer} */
const textarea = () => {
  const element = /** @type {HTMLTextAreaElement} */ (h("textarea", { class: "ck-wid-control ck-wid-field ck-wid-textarea" }));
  const check = patterned(element);
  const greeted = greet(element);
  return {
    element,
    update: (props) => {
      common(element, props);
      element.rows = props.rows ?? 3;
      check(props.pattern);
      mark(element, { grows: props.autoResize });
      style(element, { "--w-rows": props.rows ?? 3, "--w-most-rows": props.maxRows });
      greeted(props);
    },
  };
};

/** @type {Record<string, Renderer>} */
export const FIELDS = { Input: input, Textarea: textarea };
