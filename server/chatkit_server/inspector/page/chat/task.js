// A task: how far it is, what it is called, and what it found or thought.
// @ts-check

import { h, icon, replace } from "../dom.js";
import { liveMarkdown } from "../text/markdown.js";
import { numbered, sourceList } from "../text/sources.js";
import { icon as named } from "../widgets/icons.js";
import { PATHS } from "./icons.js";
import { json } from "./values.js";

/** @typedef {import("../../../../../schemas/chatkit-wire").Task} Task */

/** @type {Record<string, {path: string, title: string}>} */
const KINDS = {
  custom: { path: PATHS.dot, title: "Step" },
  web_search: { path: PATHS.search, title: "Searching the web" },
  thought: { path: PATHS.thought, title: "Thinking" },
  file: { path: PATHS.file, title: "Reading files" },
  image: { path: PATHS.image, title: "Looking at an image" },
};
const STATES = { loading: "running", complete: "done" };

/**
 * Make the view of a task, whose kind stays while it changes.
 * @param {import("./around.js").Around} around
 */
export const taskView = (around) => {
  const sign = h("span", { class: "ck-task-sign" });
  const title = h("span", { class: "ck-task-title", dir: "auto" });
  const found = h("div", { class: "ck-task-found" });
  const words = liveMarkdown({ allowedImage: around.allowedImage });
  const element = h("div", { class: "ck-task" }, sign, h("div", { class: "ck-task-body" }, title, words.element, found));
  let shown = "";
  /** @param {any} task @param {boolean} [open] */
  const update = (task, open = false) => {
    const state = JSON.stringify(task) + open;
    if (state === shown) return;
    shown = state;
    element.dataset.kind = String(task.type);
    element.dataset.status = String(task.status_indicator);
    replace(sign, indicator(task));
    replace(title, ...titleOf(task), stateOf(task));
    words.update(String(task.content ?? ""), { open: open && task.status_indicator === "loading" });
    words.element.hidden = !task.content;
    replace(found, ...findings(task, around));
  };
  return { element, update };
};

/** @param {any} task */
const indicator = (task) => {
  if (task.status_indicator === "loading") return h("span", { class: "ck-spinner" });
  if (task.status_indicator === "complete") return icon(PATHS.check);
  return (task.icon && named(task.icon)) || icon(KINDS[task.type]?.path ?? PATHS.dot);
};

/** @param {any} task */
const stateOf = (task) => {
  const word = Object.hasOwn(STATES, task.status_indicator) ? STATES[/** @type {"loading"} */ (task.status_indicator)] : "";
  return word && h("span", { class: "ck-visually-hidden" }, ` (${word})`);
};

/** @param {any} task @returns {(Node | string)[]} */
const titleOf = (task) => {
  const own = task.title ?? (Object.hasOwn(KINDS, task.type) ? KINDS[task.type].title : `Task “${task.type}”`);
  const shown = task.icon && task.status_indicator !== "none" ? named(task.icon) : null;
  return [...(shown ? [shown] : []), String(own), ...(task.title_query ? [" ", h("q", null, String(task.title_query))] : [])];
};

/** @param {any} task @param {import("./around.js").Around} around */
const findings = (task, around) => {
  if (!Object.hasOwn(KINDS, task.type)) return [json(task)];
  const queries = (task.queries ?? []).map((/** @type {string} */ query) => h("li", { dir: "auto" }, String(query)));
  const sources = numbered([(task.sources ?? []).map((/** @type {any} */ source) => ({ source }))]);
  return [
    queries.length ? h("ul", { class: "ck-queries", "aria-label": "Queries" }, queries) : null,
    sourceList(sources, (source) => around.note(`entity ${"id" in source ? source.id : ""}`, source)),
  ].filter((node) => node !== null);
};

/** A task outside a workflow. @type {import("./around.js").MakeView} */
export const singleTask = (around) => {
  const view = taskView(around);
  return { element: h("div", { class: "ck-single-task" }, view.element), update: ({ task }, { open }) => view.update(task, open) };
};
