// Buttons: with an action of their own, or submitting the form around them.
// @ts-check
import { h, replace } from "../dom.js";
import { mark, whenNew } from "./blocks.js";
import { icon } from "./icons.js";

/**
 * Dress a button in a colour, a variant and a size.
 *
 * @param {HTMLElement} element
 * @param {Record<string, any>} props
 */
export const dress = (element, props) => {
  const preset = props.style === "primary" ? ["primary", "solid"] : ["secondary", props.style ? "outline" : "soft"];
  mark(element, {
    tone: props.color ?? preset[0],
    variant: props.variant ?? (props.color && !props.style ? "solid" : preset[1]),
    size: props.size ?? "md",
    pill: props.pill,
    uniform: props.uniform,
    block: props.block,
  });
};

/** An icon without words beside it is read by its name. @param {Record<string, any>} props */
const content = ({ label, iconStart, iconEnd }) => {
  const drawn = (/** @type {string | undefined} */ name) => (name ? /** @type {any} */ (icon(name, label ? undefined : name)) : null);
  return [drawn(iconStart), label ? h("span", null, label) : null, drawn(iconEnd)];
};

/** @type {import("./mount.js").Renderer} */
const button = (scope) => {
  const element = /** @type {HTMLButtonElement & {ckAction?: any}} */ (h("button", { class: "ck-wid-press", type: "button" }));
  /** @type {Record<string, any>} */
  let props = {};
  const drawn = whenNew();
  element.addEventListener("click", () => {
    const alone = element.type === "button" || !element.form;
    if (alone) scope.shared.act(props.onClickAction, { element, component: props, auto: "self" });
  });
  return {
    element,
    update: (newer) => {
      props = newer;
      element.type = props.submit ? "submit" : "button";
      // A button that submits may bring an action in place of the form's.
      element.ckAction = props.submit ? props.onClickAction : undefined;
      element.disabled = props.disabled === true;
      dress(element, props);
      mark(element, { icon: props.iconSize });
      drawn([props.label, props.iconStart, props.iconEnd], () => replace(element, content(props)));
      if (!props.label && !props.iconStart && !props.iconEnd) element.setAttribute("aria-label", "Button");
      else element.removeAttribute("aria-label");
    },
  };
};

/** @type {Record<string, import("./mount.js").Renderer>} */
export const BUTTON = { Button: button };
