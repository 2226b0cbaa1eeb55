// A click, a change or a submit sends its action, with what is filled in around it; until that is settled a part of the
// widget is busy.
// @ts-check
import { filledIn, valueOf, valuesOf } from "./forms.js";

/**
 * What an action comes from.
 * @typedef {object} Source
 * @property {HTMLElement} element the control, row, card or form that the action belongs to
 * @property {any} component its props
 * @property {"self" | "container" | "none"} auto which part is busy when the action leaves that open
 */

/** The part of a widget that is busy as a whole. */
export const CONTAINER = ".ck-wid-part";

/**
 * Give what performs actions.
 *
 * @param {import("./index.js").Context} context
 * @param {(name: string, told: string) => void} note takes down what the author of the widget should know
 */
export const performer = (context, note) => async (/** @type {Record<string, any> | undefined} */ action, /** @type {Source} */ source) => {
  const { element, component, auto } = source;
  if (!action || element.closest("[aria-busy=true]")) return;
  const form = /** @type {HTMLFormElement | null} */ (element.closest("form:not([data-plain])"));
  const filled = form ? valuesOf(form) : element.matches(".ck-wid-control") ? controlsIn(element).flatMap(valueOf) : [];
  const { payload, lost } = filledIn(action.payload, filled);
  for (const name of lost) note(`${action.type}.${name}`, `the action \`${action.type}\` has a payload with no room for the field \`${name}\``);
  const done = busy(element, action.loadingBehavior === "auto" ? auto : action.loadingBehavior);
  try {
    await context.act(payload === undefined ? action : { ...action, payload }, { component, form: Object.fromEntries(filled) });
  } catch (error) {
    note(`${action.type}!`, `the action \`${action.type}\` failed: ${error instanceof Error ? error.message : error}`);
  } finally {
    done();
  }
};

/**
 * @param {HTMLElement} element
 * @returns {any[]}
 */
const controlsIn = (element) => {
  const inner = "input[name], select[name], textarea[name]";
  return element.matches(inner) ? [element] : [...element.querySelectorAll(inner)];
};

/**
 * Make a part of the widget busy: it says so, and nothing in it can be used. The focus comes back to where it was.
 *
 * @param {HTMLElement} element
 * @param {"self" | "container" | "none"} which
 * @returns {() => void} ends it
 */
const busy = (element, which) => {
  if (which === "none") return () => {};
  const part = /** @type {HTMLElement} */ (which === "container" ? (element.closest(CONTAINER) ?? element) : element);
  const focused = document.activeElement;
  part.setAttribute("aria-busy", "true");
  // A busy button keeps the focus, so it is only deaf.
  if (!(part instanceof HTMLButtonElement)) part.inert = true;
  return () => {
    part.removeAttribute("aria-busy");
    part.inert = false;
    const lost = document.activeElement === document.body || document.activeElement === null;
    if (lost && focused instanceof HTMLElement && part.contains(focused)) focused.focus({ preventScroll: true });
  };
};
