// The controls to choose with: boxes to tick, and choices of which one can be taken.
// @ts-check
import { h, replace } from "../dom.js";
import { mark, put } from "./blocks.js";

/** @typedef {import("./mount.js").Renderer} Renderer */

/** @type {Renderer} */
const checkbox = (scope) => {
  const box = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox" }));
  const words = h("span", null);
  const element = h("label", { class: "ck-wid-control ck-wid-choice" }, box, words);
  /** @type {Record<string, any>} */
  let props = {};
  box.addEventListener("change", () => {
    scope.shared.act(props.onChangeAction, { element, component: props, auto: "none" });
  });
  return {
    element,
    update: (newer) => {
      props = newer;
      box.name = props.name ?? "";
      box.required = props.required === true;
      box.disabled = props.disabled === true;
      // A box that was ticked or unticked by hand keeps that.
      if (box.defaultChecked !== (props.defaultChecked === true)) box.defaultChecked = props.defaultChecked === true;
      put(words, props.label ?? "");
      mark(element, { required: props.required });
    },
  };
};

/** @type {Renderer} */
const radioGroup = (scope) => {
  const element = h("div", { class: "ck-wid-control ck-wid-choices", role: "radiogroup" });
  /** @type {Record<string, any>} */
  let props = {};
  let drawn = "";
  element.addEventListener("change", () => {
    scope.shared.act(props.onChangeAction, { element, component: props, auto: "none" });
  });
  const radio = (/** @type {Record<string, any>} */ option, /** @type {string | undefined} */ chosen) => {
    const box = h("input", { type: "radio", name: props.name ?? "", required: props.required === true });
    // Properties of the element, so that values keep what an attribute would lose.
    Object.assign(box, { value: option.value, disabled: props.disabled === true || option.disabled === true, defaultChecked: option.value === chosen });
    return h("label", { class: "ck-wid-choice" }, box, h("span", null, option.label));
  };
  return {
    element,
    update: (newer) => {
      const taken = /** @type {HTMLInputElement | null} */ (element.querySelector("input:checked"))?.value;
      const moved = newer.defaultValue !== props.defaultValue && (taken === undefined || taken === props.defaultValue);
      props = newer;
      element.setAttribute("aria-label", props.ariaLabel ?? "");
      mark(element, { flow: props.direction ?? "row", name: props.name, named: props.ariaLabel !== undefined });
      if (props.required) element.setAttribute("aria-required", "true");
      else element.removeAttribute("aria-required");
      const wanted = JSON.stringify([props.options, props.name, props.disabled, props.required]);
      if (wanted === drawn && !moved) return;
      const focused = /** @type {any} */ (element.contains(document.activeElement) ? document.activeElement : null)?.value;
      replace(element, (props.options ?? []).map((/** @type {any} */ option) => radio(option, moved ? props.defaultValue : taken)));
      if (focused !== undefined) /** @type {any} */ ([...element.querySelectorAll("input")].find((box) => box.value === focused))?.focus();
      drawn = wanted;
    },
  };
};

/** @type {Record<string, Renderer>} */
export const CHOICES = { Checkbox: checkbox, RadioGroup: radioGroup };
