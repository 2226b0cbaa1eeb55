// Which model answers, and which tool it shall use: menus, where the settings name any.
// @ts-check

import { h, replace } from "../dom.js";

/** @param {import("../model/settings.js").Settings} settings */
export const picks = (settings) => {
  const [model, tool] = [menu("Model"), menu("Tool")];
  let offered = "";
  const show = () => {
    const { models, tools } = settings.values;
    const now = JSON.stringify([models, tools]);
    if (now === offered) return;
    offered = now;
    offer(model, models, models.some((each) => each.default) ? null : "Default model");
    offer(tool, tools, "No tool");
  };
  return {
    element: h("span", { class: "ck-picks" }, model, tool),
    show,
    values: () => ({ model: model.value || undefined, tool: tool.value || undefined }),
  };
};

/** @param {string} label */
const menu = (label) => h("select", { class: "ck-pick", "aria-label": label, title: label, hidden: true });

/**
 * @param {HTMLElement & Record<string, any>} select
 * @param {readonly {id: string, label: string, disabled?: boolean, default?: boolean}[]} choices
 * @param {string | null} none what stands for choosing nothing
 */
const offer = (select, choices, none) => {
  const kept = select.value;
  const options = choices.map(({ id, label, disabled = false, default: first }) => h("option", { value: id, disabled, selected: id === kept || (!kept && first) }, label || id));
  replace(select, none === null ? null : h("option", { value: "" }, none), options);
  select.hidden = choices.length === 0;
};
