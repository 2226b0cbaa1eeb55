// A workflow: its tasks in order, folded away once it is done unless it asks to stay open or the user opened it.
// @ts-check

import { h, icon, replace } from "../dom.js";
import { icon as named } from "../widgets/icons.js";
import { PATHS } from "./icons.js";
import { taskView } from "./task.js";

/** @typedef {import("../../../../../schemas/chatkit-wire").WorkflowItem} WorkflowItem */

/** @type {import("./around.js").MakeView} */
export const workflow = (around) => {
  const title = h("summary", { class: "ck-workflow-title" });
  const list = h("ol", { class: "ck-tasks" });
  const element = h("details", { class: "ck-workflow" }, title, list);
  /** @type {{view: ReturnType<typeof taskView>, row: HTMLElement}[]} */
  const rows = [];
  let touched = false;
  title.addEventListener("click", () => {
    touched = true;
  });
  /** @param {WorkflowItem} item @param {{open: boolean}} state */
  const update = ({ workflow: { type, tasks, summary, expanded } }, { open }) => {
    element.dataset.kind = type;
    if (!touched) element.open = open || Boolean(expanded);
    while (rows.length > tasks.length) rows.pop()?.row.remove();
    tasks.forEach((task, index) => {
      if (!rows[index]) {
        const view = taskView(around);
        rows[index] = { view, row: h("li", null, view.element) };
        list.append(rows[index].row);
      }
      rows[index].view.update(task, open);
    });
    replace(title, icon(PATHS.chevron), ...heading(type, tasks, summary, open));
  };
  return { element, update };
};

/**
 * @param {string} type
 * @param {any[]} tasks
 * @param {any} summary
 * @param {boolean} open
 */
const heading = (type, tasks, summary, open) => {
  if (summary?.title) return [summary.icon ? named(summary.icon) : null, h("span", { dir: "auto" }, String(summary.title))];
  if (typeof summary?.duration === "number") return [h("span", null, `${type === "reasoning" ? "Thought" : "Worked"} for ${duration(summary.duration)}`)];
  const running = open ? tasks.at(-1)?.title : null;
  const word = type === "reasoning" ? (open ? "Thinking" : "Thoughts") : open ? "Working" : `${tasks.length} ${tasks.length === 1 ? "step" : "steps"}`;
  return [open ? h("span", { class: "ck-spinner" }) : null, h("span", { dir: "auto" }, running ? `${word}: ${running}` : open ? `${word}…` : word)];
};

/** @param {number} seconds */
const duration = (seconds) => {
  const minutes = Math.floor(seconds / 60);
  return minutes > 0 ? `${minutes} min ${Math.round(seconds % 60)} s` : `${Math.round(seconds)} s`;
};
