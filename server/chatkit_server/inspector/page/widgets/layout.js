// The components that arrange others.
// @ts-check
import { h } from "../dom.js";
import { block, bordered, flexed, mark, padded, style } from "./blocks.js";

/** @typedef {import("./mount.js").Renderer} Renderer */

/**
 * Arrange as a box does: size, space, line, colour and direction.
 *
 * @param {HTMLElement} element
 * @param {Record<string, any>} props
 * @param {"row" | "col"} direction
 */
export const arrange = (element, props, direction) => {
  block(element, props);
  padded(element, props);
  bordered(element, props);
  flexed(element, props);
  mark(element, { flow: props.direction ?? direction });
};

/**
 * @param {"row" | "col"} direction unless the component says which
 * @returns {Renderer}
 */
const flexible = (direction) => (scope) => {
  const element = h("div", { class: "ck-wid-box" });
  const children = scope.children(element);
  return {
    element,
    update: (props) => {
      arrange(element, props, direction);
      children(props.children);
    },
  };
};

/** @type {Renderer} */
const form = (scope) => {
  const element = /** @type {HTMLFormElement} */ (h("form", { class: "ck-wid-box ck-wid-form" }));
  const children = scope.children(element);
  /** @type {Record<string, any>} */
  let props = {};
  submits(element, (button) => {
    if (button?.ckAction) scope.shared.act(button.ckAction, { element: button, component: props, auto: "self" });
    else scope.shared.act(props.onSubmitAction, { element, component: props, auto: "container" });
  });
  return {
    element,
    update: (newer) => {
      props = newer;
      arrange(element, props, "col");
      children(props.children);
    },
  };
};

/**
 * Call when a form is submitted and its fields are as they should be. The page itself never navigates.
 *
 * @param {HTMLFormElement} element
 * @param {(button: any) => void} submit is given the button that did
 */
export const submits = (element, submit) => {
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    submit(event.submitter);
  });
};

/** @type {Renderer} */
const spacer = () => {
  const element = h("div", { class: "ck-wid-spacer" });
  return { element, update: (props) => style(element, { "--w-least": props.minSize }) };
};

/** @type {Renderer} */
const divider = () => {
  const element = h("div", { class: "ck-wid-divider", role: "separator" });
  return {
    element,
    update: (props) => {
      style(element, { "--w-line-color": props.color, "--w-thick": props.size, "--w-space": props.spacing });
      mark(element, { flush: props.flush });
    },
  };
};

/** @type {Renderer} */
const transition = (scope) => {
  const element = h("div", { class: "ck-wid-transition" });
  const children = scope.children(element);
  return { element, update: (props) => children(props.children) };
};

/** @type {Record<string, Renderer>} */
export const LAYOUT = {
  Box: flexible("col"),
  Row: flexible("row"),
  Col: flexible("col"),
  Form: form,
  Spacer: spacer,
  Divider: divider,
  Transition: transition,
};
