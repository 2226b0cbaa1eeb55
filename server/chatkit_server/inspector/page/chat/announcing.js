// Screen readers are told each message once, when it is whole; a message that streams would be read word by word otherwise.
// @ts-check

import { h } from "../dom.js";

const MOST = 2000;
/** Characters; who wants more reads the conversation itself. */

/** @type {Record<string, (item: any) => string>} */
const SAYS = {
  assistant_message: (item) => (item.content ?? []).map((/** @type {any} */ part) => part.text).join(" "),
  widget: (item) => item.copy_text ?? "A widget",
  generated_image: () => "An image",
  structured_input: (item) => (item.status === "pending" ? `Questions: ${item.inputs.map((/** @type {any} */ one) => one.question).join(" ")}` : ""),
  client_tool_call: (item) => (item.status === "pending" ? `The page is asked to run ${item.name}` : ""),
  task: (item) => item.task?.title ?? "",
};

/** @param {import("../model/session.js").Session} session */
export const announcer = (session) => {
  const element = h("div", { class: "ck-visually-hidden", "aria-live": "polite" });
  /** @type {Set<string>} */
  let known = new Set(session.view.items.keys());
  session.addEventListener("change", (/** @type {any} */ { detail: { what, ids } }) => {
    if (what !== "items") return;
    const { items, open } = session.view;
    // Without ids it is another thread; items before those that are known were loaded, not said.
    if (ids.length === 0) known = new Set(items.keys());
    const keys = [...items.keys()];
    const first = keys.findIndex((id) => known.has(id));
    const whole = ids.filter((/** @type {string} */ id) => items.has(id) && !open.has(id) && !known.has(id));
    const said = whole.filter((/** @type {string} */ id) => keys.indexOf(id) > first).map((/** @type {string} */ id) => words(items.get(id)));
    for (const id of whole) known.add(id);
    if (said.some(Boolean)) element.textContent = said.filter(Boolean).join("\n").slice(0, MOST);
  });
  return element;
};

/** @param {any} item */
const words = (item) => (Object.hasOwn(SAYS, item.type) ? SAYS[item.type](item) : "");
