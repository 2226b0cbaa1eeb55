// The components that a widget starts with, and the rows of a list.
// @ts-check
import { h, replace } from "../dom.js";
import { bordered, flexed, mark, padded, put, style, whenNew } from "./blocks.js";
import { dress } from "./button.js";
import { picture } from "./image.js";
import { icon } from "./icons.js";
import { submits } from "./layout.js";

/** @typedef {import("./mount.js").Renderer} Renderer */
/** @typedef {import("./mount.js").Scope} Scope */

let numbers = 0;

/**
 * The line above a card or list.
 *
 * @param {Scope} scope
 */
const statusLine = (scope) => {
  const element = h("div", { class: "ck-wid-status", hidden: true });
  const drawn = whenNew();
  const draw = (/** @type {Record<string, any>} */ status) => {
    const image = status.favicon ? picture(status.favicon, "", scope.context) : status.icon ? icon(status.icon) : null;
    replace(element, image && h("span", { class: "ck-wid-favicon" }, image), h("span", { class: "ck-wid-status-text" }, status.text));
  };
  return {
    element,
    update: (/** @type {Record<string, any> | undefined} */ status) => {
      element.hidden = !status;
      if (!status) return;
      mark(element, { frame: status.frame });
      drawn(status, () => draw(status));
    },
  };
};

/** @type {Renderer} */
const card = (scope) => {
  const status = statusLine(scope);
  const body = h("div", { class: "ck-wid-box ck-wid-card-body", id: `ck-wid-card-${(numbers += 1)}`, dataset: { flow: "col" } });
  const told = h("span", null);
  const fold = h("button", { class: "ck-wid-fold", type: "button", hidden: true, "aria-controls": body.id }, told, icon("chevron-right"));
  const confirm = footerButton("primary");
  const cancel = footerButton("secondary");
  const footer = h("div", { class: "ck-wid-card-footer" }, cancel, confirm);
  const head = h("div", { class: "ck-wid-card-head" }, status.element, fold);
  const element = /** @type {HTMLFormElement} */ (h("form", { class: "ck-wid-part ck-wid-card" }, head, body, footer));
  const children = scope.children(body);
  /** @type {Record<string, any>} */
  let props = {};
  let folded = false;
  const send = (/** @type {any} */ which) => scope.shared.act(which?.action, { element, component: props, auto: "container" });
  const draw = () => {
    body.hidden = folded;
    footer.hidden = folded || !(props.confirm || props.cancel);
    fold.hidden = !props.collapsed;
    fold.setAttribute("aria-expanded", String(!folded));
    put(told, folded ? "Show the card" : "Fold the card");
    head.hidden = status.element.hidden && fold.hidden;
  };
  fold.addEventListener("click", () => {
    folded = !folded;
    draw();
  });
  submits(element, (button) => {
    if (button?.ckAction) scope.shared.act(button.ckAction, { element: button, component: props, auto: "self" });
    else if (props.asForm) send(props.confirm);
  });
  confirm.addEventListener("click", () => !props.asForm && send(props.confirm));
  cancel.addEventListener("click", () => send(props.cancel));
  return {
    element,
    update: (newer) => {
      if (newer.collapsed !== props.collapsed) folded = newer.collapsed === true;
      props = newer;
      status.update(props.status);
      label(confirm, props.confirm);
      label(cancel, props.cancel);
      confirm.type = props.asForm ? "submit" : "button";
      element.noValidate = !props.asForm;
      mark(element, { plain: !props.asForm, size: props.size ?? "md", theme: props.theme });
      style(element, { background: props.background });
      padded(body, props);
      bordered(element, props);
      children(props.children);
      draw();
    },
  };
};

/** @param {"primary" | "secondary"} look */
const footerButton = (look) => {
  const button = /** @type {HTMLButtonElement} */ (h("button", { type: "button", class: "ck-wid-press" }));
  dress(button, look === "primary" ? { color: "primary", variant: "solid" } : { color: "secondary", variant: "outline" });
  return button;
};

/** @param {HTMLButtonElement} button @param {{label: string} | undefined} action */
const label = (button, action) => {
  button.hidden = !action;
  if (action) put(button, action.label);
};

/** How many rows `auto` shows. */
const ROWS = 5;

/** @type {Renderer} */
const listView = (scope) => {
  const status = statusLine(scope);
  const rows = h("div", { class: "ck-wid-rows", role: "list" });
  const more = h("button", { class: "ck-wid-more", type: "button", hidden: true });
  const element = h("div", { class: "ck-wid-part ck-wid-list" }, status.element, rows, more);
  const children = scope.children(rows);
  let all = false;
  let limit = Infinity;
  const draw = () => {
    const shown = all ? Infinity : limit;
    [...rows.children].forEach((row, index) => (/** @type {HTMLElement} */ (row).hidden = index >= shown));
    more.hidden = rows.children.length <= shown;
    if (!more.hidden) more.textContent = `Show ${rows.children.length - shown} more`;
  };
  more.addEventListener("click", () => {
    const first = /** @type {HTMLElement | undefined} */ (rows.children[limit]);
    all = true;
    draw();
    if (!first) return;
    const target = /** @type {HTMLElement} */ (first.querySelector(":is(button, input, select, textarea):not([hidden])") ?? first);
    if (target === first) first.tabIndex = -1;
    target.focus();
  });
  return {
    element,
    update: (props) => {
      limit = props.limit === "auto" ? ROWS : (props.limit ?? Infinity);
      mark(element, { theme: props.theme });
      status.update(props.status);
      children(props.children);
      draw();
    },
  };
};

/** @type {Renderer} */
const listViewItem = (scope) => {
  const content = h("div", { class: "ck-wid-box ck-wid-row-content", id: `ck-wid-row-${(numbers += 1)}`, dataset: { flow: "row" } });
  // The button lies under the row's own controls, since a button may not hold others.
  const hit = h("button", { class: "ck-wid-row-hit", type: "button", hidden: true, "aria-labelledby": content.id });
  const element = h("div", { class: "ck-wid-row", role: "listitem" }, hit, content);
  const children = scope.children(content);
  /** @type {Record<string, any>} */
  let props = {};
  hit.addEventListener("click", () => scope.shared.act(props.onClickAction, { element, component: props, auto: "self" }));
  return {
    element,
    update: (newer) => {
      props = newer;
      hit.hidden = !props.onClickAction;
      flexed(content, props);
      children(props.children);
    },
  };
};

/** @type {Renderer} */
const basic = (scope) => {
  const element = h("div", { class: "ck-wid-part ck-wid-box ck-wid-basic" });
  const children = scope.children(element);
  return {
    element,
    update: (props) => {
      mark(element, { theme: props.theme, flow: props.direction ?? "col" });
      padded(element, props);
      flexed(element, props);
      children(props.children);
    },
  };
};

/** @type {Record<string, Renderer>} */
export const ROOTS = { Card: card, ListView: listView, ListViewItem: listViewItem, Basic: basic };
