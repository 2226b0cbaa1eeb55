// An empty thread says what this page is, and how to begin.
// @ts-check

import { h } from "../dom.js";

const BEGINNINGS = ["/help", "Hello", "/workflow", "/widget"];
/** What the demo answers; any other server may take it as it likes. */

/** @param {import("../model/session.js").Session} session @param {HTMLElement} field */
export const greeting = (session, field) => {
  const beginnings = BEGINNINGS.map((text) => h("button", { type: "button", class: "ck-button", on: { click: () => begin(text) } }, text));
  const begin = (/** @type {string} */ text) => {
    void session.send({ parts: [{ type: "input_text", text }] });
    field.focus();
  };
  const element = h("div", { class: "ck-greeting" }, h("p", { class: "ck-greeting-title" }, "Say something to your server"), h("p", { class: "ck-hint" }, "Every request and every event of the answer is noted beside."), h("div", { class: "ck-row" }, beginnings));
  const show = () => {
    element.hidden = session.threadId !== null || session.view.items.size > 0 || session.pending !== null || session.streaming || session.replaying;
  };
  session.addEventListener("change", show);
  show();
  return element;
};
