// The components that are text. A text that grows keeps its node, so that what is selected in it stays selected.
// @ts-check
import { h } from "../dom.js";
import { mark, put, style } from "./blocks.js";
import { editor } from "./editable.js";

/** @typedef {import("./mount.js").Renderer} Renderer */

/**
 * Make a node say a text; when the text has only grown, what came is added.
 *
 * @param {Text} node
 * @param {string} value
 */
export const say = (node, value) => {
  if (value === node.data) return;
  if (value.startsWith(node.data)) node.appendData(value.slice(node.data.length));
  else node.data = value;
};

/** @param {HTMLElement} element @param {Record<string, any>} props */
const set = (element, props) => {
  style(element, { color: props.color, "text-align": props.textAlign, width: props.width });
  style(element, { "--w-lines": props.maxLines, "--w-least-lines": props.minLines });
  mark(element, {
    size: props.size,
    weight: props.weight,
    truncate: props.truncate,
    clamp: props.maxLines !== undefined,
    room: props.minLines !== undefined,
    italic: props.italic,
    struck: props.lineThrough,
    streaming: props.streaming,
  });
  // What is cut off can be read where it stands.
  element.title = props.truncate || props.maxLines ? (props.value ?? "") : "";
};

/**
 * @param {string} tag
 * @param {string} name of its class
 * @returns {Renderer}
 */
const typography = (tag, name) => () => {
  const node = document.createTextNode("");
  const element = h(tag, { class: `ck-wid-type ${name}` }, node);
  return {
    element,
    update: (props) => {
      say(node, props.value ?? "");
      set(element, props);
    },
  };
};

/** @type {Renderer} */
const text = () => {
  const node = document.createTextNode("");
  const element = h("div", { class: "ck-wid-type ck-wid-text" }, node);
  /** @type {ReturnType<typeof editor> | null} */
  let edited = null;
  return {
    element,
    update: (props) => {
      set(element, props);
      // A text that still comes is not edited; what was typed stays when it is written again.
      const editing = Boolean(props.editable) && !props.streaming;
      if (editing && !edited) {
        edited = editor();
        element.replaceChildren(edited.element);
      }
      if (!editing && edited) {
        edited = null;
        element.replaceChildren(node);
      }
      if (edited) edited.update(props);
      else say(node, props.value ?? "");
    },
  };
};

/** @type {Renderer} */
const label = () => {
  const element = h("label", { class: "ck-wid-type ck-wid-label" });
  return {
    element,
    update: (props) => {
      put(element, props.value ?? "");
      style(element, { color: props.color, "text-align": props.textAlign });
      mark(element, { size: props.size, weight: props.weight, field: props.fieldName });
    },
  };
};

/** @type {Renderer} */
const badge = () => {
  const element = h("span", { class: "ck-wid-badge" });
  return {
    element,
    update: (props) => {
      put(element, props.label ?? "");
      mark(element, {
        tone: props.color ?? "secondary",
        variant: props.variant ?? "soft",
        size: props.size ?? "md",
        pill: props.pill,
      });
    },
  };
};

/** @type {Record<string, Renderer>} */
export const TEXT = {
  Text: text,
  Title: typography("h3", "ck-wid-title"),
  Caption: typography("div", "ck-wid-caption"),
  Label: label,
  Badge: badge,
};
