// A call that the page answers: its name and arguments, and what was answered; by hand where no handler does it.
// @ts-check

import { h, icon, replace } from "../dom.js";
import { PATHS } from "./icons.js";
import { json } from "./values.js";

/** @typedef {import("../../../../../schemas/chatkit-wire").ClientToolCallItem} ClientToolCall */

/** @type {import("./around.js").MakeView} */
export const toolCall = (around) => {
  const body = h("div", { class: "ck-call-body" });
  const state = h("span", { class: "ck-state" });
  const title = h("code", { class: "ck-call-name" });
  const element = h("details", { class: "ck-call" }, h("summary", null, icon(PATHS.tool), title, state), body);
  let shown = "";
  /** @param {ClientToolCall} item */
  const update = (item) => {
    const now = JSON.stringify(item);
    if (now === shown) return;
    shown = now;
    const pending = item.status === "pending";
    title.textContent = String(item.name);
    state.textContent = pending ? "waiting for the page" : "answered";
    state.dataset.state = String(item.status);
    replace(body, labelled("Arguments", json(item.arguments)), pending ? byHand(around) : labelled("Result", json(item.output ?? null)));
    if (pending && !handled(item.name, around)) element.open = true;
  };
  return { element, update };
};

/** @param {string} label @param {HTMLElement} value */
const labelled = (label, value) => h("div", null, h("span", { class: "ck-hint" }, label), value);

/** Whether a handler of the settings answers without being asked. @param {string} name @param {import("./around.js").Around} around */
const handled = (name, around) => {
  const { clientTools } = around.session.settings.values;
  const handler = Object.hasOwn(clientTools, name) ? clientTools[name] : clientTools["*"];
  return handler !== undefined && handler.mode !== "ask";
};

/** @param {import("./around.js").Around} around */
const byHand = (around) => {
  const field = h("textarea", { class: "ck-field ck-mono", rows: 3, value: "{}", spellcheck: false, "aria-label": "Result as JSON" });
  const trouble = h("p", { class: "ck-trouble", role: "alert", hidden: true });
  const form = h("form", { class: "ck-call-form" }, field, trouble, h("button", { type: "submit", class: "ck-button ck-primary" }, "Send result"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    try {
      trouble.hidden = true;
      void around.session.toolOutput(JSON.parse(field.value));
    } catch (error) {
      trouble.hidden = false;
      trouble.textContent = `This is no JSON: ${error instanceof Error ? error.message : error}`;
      field.focus();
    }
  });
  return form;
};
