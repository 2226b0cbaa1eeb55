// JSON as a tree that keys walk through: the pattern "tree view" of WAI-ARIA, its branches made when they are opened.
// @ts-check

import { h } from "../dom.js";
import { step } from "./diff.js";

/** Longer texts are folded until somebody opens them. */
const LONG = 140;
/** Children of one branch that are shown at a time. */
const MANY = 200;
/** A tree with more places than this starts with its upper levels open only. */
const SMALL = 160;

/**
 * @typedef {object} Node_
 * @property {string} path
 * @property {unknown} value
 * @property {string} key
 * @property {number} level
 */
/**
 * @typedef {object} Tree
 * @property {HTMLElement} element
 * @property {(path: string, scroll?: boolean) => boolean} show opens the way to a place, or to the nearest there is
 * @property {() => { path: string, value: unknown } | null} chosen
 */

/**
 * Make a tree.
 *
 * @param {unknown} value
 * @param {{ label: string, marks?: Map<string, string>, onChoose?: (path: string, value: unknown) => void }} options
 *   `marks`: severities by path; a place that is not there marks the nearest one above it
 * @returns {Tree}
 */
export const tree = (value, { label, marks = new Map(), onChoose }) => {
  const element = h("ul", { class: "ck-w-tree", role: "tree", "aria-label": label });
  /** @type {Map<HTMLElement, Node_>} */
  const told = new Map();
  /** @type {Map<string, HTMLElement>} */
  const places = new Map();
  /** @type {HTMLElement | null} */
  let chosen = null;
  const depth = count(value, SMALL) < SMALL ? Infinity : 2;

  /** @type {(node: Node_, place: number, size: number) => HTMLElement} */
  const item = (node, place, size) => {
    const branch = isBranch(node.value);
    const open = branch && node.level <= depth;
    const line = h("div", { class: "ck-w-tree-line" }, ...words(node));
    const li = h(
      "li",
      {
        role: "treeitem",
        tabIndex: -1,
        "aria-level": node.level,
        "aria-posinset": place + 1,
        "aria-setsize": size,
        "aria-selected": false,
        ...(branch || isLong(node.value) ? { "aria-expanded": open } : {}),
      },
      line,
    );
    line.style.setProperty("--ck-level", String(node.level - 1));
    told.set(li, node);
    places.set(node.path, li);
    if (open) grow(li);
    return li;
  };

  /** @type {(li: HTMLElement) => void} */
  const grow = (li) => {
    const node = /** @type {Node_} */ (told.get(li));
    if (!isBranch(node.value) || li.querySelector(":scope > [role=group]")) return;
    const group = h("ul", { role: "group" });
    li.append(group);
    fillFrom(group, node, 0);
  };

  /** @type {(group: HTMLElement, node: Node_, from: number) => void} */
  const fillFrom = (group, node, from) => {
    const entries = Object.entries(/** @type {object} */ (node.value));
    const list = Array.isArray(node.value);
    const shown = entries.slice(from, from + MANY).map(([key, inner], offset) => {
      const path = node.path + step(list ? Number(key) : key);
      return item({ path, value: inner, key, level: node.level + 1 }, from + offset, entries.length);
    });
    group.append(...shown);
    const rest = entries.length - from - MANY;
    if (rest <= 0) return;
    const more = h("li", { role: "treeitem", class: "ck-w-tree-more", tabIndex: -1, "aria-level": node.level + 1 });
    more.append(h("div", { class: "ck-w-tree-line", style: { "--ck-level": node.level }, text: `… ${rest} more` }));
    more.addEventListener("click", () => {
      more.remove();
      fillFrom(group, node, from + MANY);
    });
    group.append(more);
  };

  /** @type {(li: HTMLElement, open: boolean) => void} */
  const toggle = (li, open) => {
    if (!li.hasAttribute("aria-expanded")) return;
    const node = /** @type {Node_} */ (told.get(li));
    if (open) grow(li);
    li.setAttribute("aria-expanded", String(open));
    if (!isBranch(node.value)) li.querySelector(".ck-w-tree-value")?.replaceChildren(shownText(node.value, open));
  };

  /** @type {(li: HTMLElement, how?: { focus?: boolean, scroll?: boolean }) => void} */
  const choose = (li, { focus = true, scroll = true } = {}) => {
    if (chosen) {
      chosen.tabIndex = -1;
      chosen.setAttribute("aria-selected", "false");
    }
    chosen = li;
    li.tabIndex = 0;
    li.setAttribute("aria-selected", "true");
    if (focus) li.focus({ preventScroll: true });
    if (scroll) li.firstElementChild?.scrollIntoView({ block: "nearest" });
    const node = told.get(li);
    if (node) onChoose?.(node.path, node.value);
  };

  const seen = () =>
    /** @type {HTMLElement[]} */ ([...element.querySelectorAll("[role=treeitem]")]).filter(
      (li) => !li.parentElement?.closest('[role=treeitem][aria-expanded="false"]'),
    );

  /** @type {(by: number) => (li: HTMLElement) => void} */
  const move = (by) => (li) => {
    const all = seen();
    choose(all[Math.min(all.length - 1, Math.max(0, all.indexOf(li) + by))]);
  };

  /** @type {Record<string, (li: HTMLElement) => void>} */
  const KEYS = {
    ArrowDown: move(1),
    ArrowUp: move(-1),
    Home: (li) => choose(seen()[0] ?? li),
    End: (li) => choose(seen().at(-1) ?? li),
    ArrowRight: (li) => (li.getAttribute("aria-expanded") === "false" ? toggle(li, true) : isBranch(told.get(li)?.value) && move(1)(li)),
    ArrowLeft: (li) => {
      if (li.getAttribute("aria-expanded") === "true") return toggle(li, false);
      const above = /** @type {HTMLElement | null | undefined} */ (li.parentElement?.closest("[role=treeitem]"));
      return above ? choose(above) : undefined;
    },
    Enter: (li) => (told.has(li) ? toggle(li, li.getAttribute("aria-expanded") === "false") : li.click()),
    " ": (li) => KEYS.Enter(li),
    "*": (li) => [...(li.parentElement?.children ?? [])].forEach((one) => toggle(/** @type {HTMLElement} */ (one), true)),
  };

  /** @type {(li: HTMLElement, letter: string) => void} */
  const typeahead = (li, letter) => {
    const all = seen();
    const at = all.indexOf(li);
    const next = [...all.slice(at + 1), ...all.slice(0, at)].find((one) => told.get(one)?.key.toLowerCase().startsWith(letter));
    if (next) choose(next);
  };

  element.addEventListener("keydown", (event) => {
    const li = /** @type {HTMLElement} */ (event.target).closest?.("[role=treeitem]");
    if (!(li instanceof HTMLElement) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (KEYS[event.key]) KEYS[event.key](li);
    else if (/^[a-z_]$/i.test(event.key)) typeahead(li, event.key.toLowerCase());
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  element.addEventListener("click", (event) => {
    const li = /** @type {HTMLElement} */ (event.target).closest("[role=treeitem]");
    if (!(li instanceof HTMLElement) || !told.has(li)) return;
    const onTwist = /** @type {HTMLElement} */ (event.target).closest(".ck-w-twist");
    choose(li);
    if (onTwist || !isBranch(told.get(li)?.value)) toggle(li, li.getAttribute("aria-expanded") === "false");
  });

  /** @type {(path: string) => HTMLElement | undefined} */
  const nearest = (path) => {
    const steps = split(path);
    let [at, li] = ["$", places.get("$")];
    for (const one of steps) {
      if (li) grow(li);
      at += one;
      const next = places.get(at);
      if (!next) return li;
      li = next;
    }
    return li;
  };

  const root = item({ path: "$", value, key: "", level: 1 }, 0, 1);
  element.append(root);
  root.tabIndex = 0;
  for (const [path, severity] of marks) {
    const li = nearest(path);
    if (li) li.dataset.severity = severity;
  }

  return {
    element,
    show: (path, scroll = true) => {
      const li = nearest(path);
      if (!li) return false;
      for (let above = li.parentElement?.closest("[role=treeitem]"); above; above = above.parentElement?.closest("[role=treeitem]")) {
        above.setAttribute("aria-expanded", "true");
      }
      choose(li, { focus: false, scroll });
      return told.get(li)?.path === path;
    },
    chosen: () => (chosen ? (told.get(chosen) ?? null) : null),
  };
};

/**
 * The steps of a JSON path: `$.a["b c"][0]` gives `.a`, `["b c"]`, `[0]`.
 *
 * @param {string} path
 */
export const split = (path) => path.match(/\.[^.[\]]+|\["(?:[^"\\]|\\.)*"\]|\[[^\]]*\]/g) ?? [];

/** @type {(value: unknown, limit: number) => number} */
const count = (value, limit) => {
  if (!isBranch(value) || limit <= 0) return 1;
  let found = 1;
  for (const inner of Object.values(/** @type {object} */ (value))) {
    found += count(inner, limit - found);
    if (found >= limit) break;
  }
  return found;
};

/** @param {unknown} value */
const isBranch = (value) => typeof value === "object" && value !== null && Object.keys(value).length > 0;

/** @param {unknown} value */
const isLong = (value) => typeof value === "string" && value.length > LONG;

/** @type {(value: unknown, open: boolean) => string} */
const shownText = (value, open) => {
  const text = JSON.stringify(value);
  if (!isLong(value) || open) return text;
  return `${text.slice(0, LONG)}…  ${/** @type {string} */ (value).length.toLocaleString("en")} characters`;
};

/** @type {(node: Node_) => Node[]} */
const words = ({ key, value, level }) => {
  const branch = isBranch(value);
  const twist = h("span", { class: "ck-w-twist", "aria-hidden": "true" });
  const name = level > 1 ? [h("span", { class: "ck-w-tree-key", text: key }), document.createTextNode(": ")] : [];
  const kind = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  if (branch) return [twist, ...name, h("span", { class: "ck-w-tree-kind", text: summary(value) })];
  return [twist, ...name, h("span", { class: "ck-w-tree-value", dataset: { kind }, text: shownText(value, false) })];
};

/** @param {unknown} value */
const summary = (value) => {
  if (Array.isArray(value)) return `[${value.length}]`;
  const type = /** @type {Record<string, unknown>} */ (value).type;
  const keys = Object.keys(/** @type {object} */ (value)).length;
  return `{${keys}}${typeof type === "string" ? ` ${type}` : ""}`;
};
