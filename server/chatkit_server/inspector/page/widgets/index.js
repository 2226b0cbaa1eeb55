// A widget of the wire becomes elements: `widget(root, context)` makes them, `update` brings them to a newer state.
// @ts-check
import { h, replace } from "../dom.js";
import { performer } from "./actions.js";
import { tie } from "./labels.js";
import { submits } from "./layout.js";
import { keep } from "./mount.js";

/**
 * What a widget needs from the page around it.
 * @typedef {object} Context
 * @property {string} [itemId] the item that the widget is of
 * @property {(action: Record<string, any>, told: {component: any, form: Record<string, string | boolean>}) => unknown} act sends
 *   an action, with what was filled in already in its payload; the widget is busy until the promise is settled
 * @property {(url: string) => boolean} allowedImage
 * @property {string} [locale] for numbers
 */

/**
 * Make the element of a widget.
 *
 * @param {Record<string, any>} root
 * @param {Context} context
 * @returns {HTMLElement & {update: (root: Record<string, any>) => void}}
 */
export const widget = (root, context) => {
  const slot = h("div", { class: "ck-wid-root" });
  const list = h("ul", null);
  const notes = h("details", { class: "ck-wid-notes", hidden: true }, h("summary", null), list);
  // Controls that are in no form of the widget's own are in this one, which sends nothing: so choices of the same name in
  // two widgets are not one choice.
  const element = /** @type {HTMLFormElement} */ (h("form", { class: "ck-wid", noValidate: true, dataset: { plain: "" } }, slot, notes));
  /** @type {Map<object, string[]>} */
  const ignored = new Map();
  /** @type {Map<string, string>} */
  const noted = new Map();
  let told = "";
  const note = () => {
    const lines = [...[...ignored.values()].flat(), ...noted.values()];
    if (told === lines.join("\n")) return;
    told = lines.join("\n");
    notes.hidden = !lines.length;
    replace(/** @type {Element} */ (notes.firstElementChild), lines.length === 1 ? "1 prop is not shown" : `${lines.length} props are not shown`);
    replace(list, lines.map((line) => h("li", null, h("code", null, line))));
  };
  const act = performer(context, (name, line) => {
    noted.set(name, line);
    note();
  });
  const kept = keep(slot, { context, shared: { ignored, act }, depth: 0 });
  submits(element, (button) => button?.ckAction && act(button.ckAction, { element: button, component: null, auto: "self" }));
  const update = (/** @type {Record<string, any>} */ newer) => {
    kept.update([newer]);
    tie(slot);
    note();
  };
  update(root);
  return Object.assign(element, { update });
};
