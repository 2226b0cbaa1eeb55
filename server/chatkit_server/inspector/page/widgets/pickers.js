// The controls that open to choose from: a list and a calendar, both the browser's own, so that every keyboard and phone
// knows them.
// @ts-check
import { h, replace } from "../dom.js";
import { mark } from "./blocks.js";
import { icon } from "./icons.js";

/** @typedef {import("./mount.js").Renderer} Renderer */

/** From so many options on there is a field to search them, unless the component says. */
const MANY = 15;

/**
 * What both have: a control, a button that clears it, an action when it changes.
 *
 * @param {import("./mount.js").Scope} scope
 * @param {HTMLInputElement | HTMLSelectElement} control
 * @param {...HTMLElement} above
 */
const picker = (scope, control, ...above) => {
  const clear = h("button", { type: "button", class: "ck-wid-clear", "aria-label": "Clear", hidden: true }, icon("cross"));
  const element = h("div", { class: "ck-wid-control ck-wid-picker" }, ...above, h("div", { class: "ck-wid-picked" }, control, clear));
  /** @type {Record<string, any>} */
  let props = {};
  const show = () => {
    mark(element, { empty: control.value === "" });
    clear.hidden = !props.clearable || props.disabled === true || control.value === "";
  };
  const changed = () => {
    show();
    scope.shared.act(props.onChangeAction, { element, component: props, auto: "none" });
  };
  control.addEventListener("change", changed);
  clear.addEventListener("click", () => {
    control.value = "";
    control.focus();
    changed();
  });
  control.form?.addEventListener("reset", () => queueMicrotask(show));
  return {
    element,
    show,
    update: (/** @type {Record<string, any>} */ newer) => {
      props = newer;
      control.name = props.name ?? "";
      control.disabled = props.disabled === true;
      mark(element, { variant: props.variant ?? "outline", size: props.size ?? "md", pill: props.pill, block: props.block });
      show();
    },
  };
};

/** @type {Renderer} */
const select = (scope) => {
  const control = /** @type {HTMLSelectElement} */ (h("select", { class: "ck-wid-select" }));
  const search = /** @type {HTMLInputElement} */ (h("input", { type: "search", class: "ck-wid-search", "aria-label": "Search the options", placeholder: "Search…", hidden: true }));
  const { element, update, show } = picker(scope, control, search);
  let drawn = "";
  /** @type {string | undefined} */
  let started;
  const sift = () => {
    const words = search.value.trim().toLowerCase();
    for (const option of control.options) {
      if (option !== control.options[0]) option.hidden = !option.textContent?.toLowerCase().includes(words);
    }
  };
  search.addEventListener("input", sift);
  return {
    element,
    update: (props) => {
      const options = props.options ?? [];
      const wanted = JSON.stringify([options, props.placeholder, props.clearable]);
      // A choice made by hand stays, as long as it can be made.
      const chosen = drawn && control.value !== (started ?? "") ? control.value : (props.defaultValue ?? "");
      if (wanted !== drawn) replace(control, opener(), blank(props), options.map(choice));
      if (wanted !== drawn || props.defaultValue !== started) control.value = chosen;
      if (control.selectedIndex < 0) control.value = "";
      [drawn, started] = [wanted, props.defaultValue];
      search.hidden = !(props.searchable ?? options.length > MANY);
      if (search.hidden) search.value = "";
      sift();
      update(props);
      show();
    },
  };
};

/** What the closed list shows; browsers that style no lists of their own do not. */
const opener = () => h("button", { type: "button" }, document.createElement("selectedcontent"));

/** What is chosen while nothing is; it can be chosen again where that is wanted. @param {Record<string, any>} props */
const blank = ({ placeholder, clearable }) => h("option", { value: "", hidden: !clearable }, placeholder ?? "Select…");

/** @param {Record<string, any>} option */
const choice = (option) => {
  const words = option.description ? [" ", h("small", null, option.description)] : [];
  return h("option", { value: option.value, disabled: option.disabled === true }, h("span", null, option.label), ...words);
};

/** @type {Renderer} */
const datePicker = (scope) => {
  const control = /** @type {HTMLInputElement} */ (h("input", { type: "date", class: "ck-wid-date" }));
  const placeholder = h("span", { class: "ck-wid-placeholder", "aria-hidden": true });
  const { element, update } = picker(scope, control);
  control.before(placeholder);
  return {
    element,
    update: (props) => {
      for (const name of /** @type {const} */ (["min", "max"])) {
        if (props[name] === undefined) control.removeAttribute(name);
        else control[name] = props[name];
      }
      const value = props.defaultValue ?? "";
      if (control.defaultValue !== value) control.defaultValue = value;
      placeholder.textContent = props.placeholder ?? "";
      mark(element, { hint: props.placeholder !== undefined, side: props.side, align: props.align });
      update(props);
    },
  };
};

/** @type {Record<string, Renderer>} */
export const PICKERS = { Select: select, DatePicker: datePicker };
