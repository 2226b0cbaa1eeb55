// Small buttons below a message: what can be done with it.
// @ts-check

import { h, icon } from "../dom.js";
import { PATHS } from "./icons.js";

/**
 * @param {string} label
 * @param {string} path of its icon
 * @param {() => void} act
 */
export const action = (label, path, act) =>
  h("button", { type: "button", class: "ck-button ck-quiet ck-small", title: label, "aria-label": label, on: { click: act } }, icon(path));

/**
 * Thumbs up and down. What was told stays pressed; the server keeps no note of it that a client could read.
 * @param {() => string} id of the item
 * @param {import("./around.js").Around} around
 */
export const thumbs = (id, { session }) => {
  const good = action("Good answer", PATHS.up, () => session.feedback([id()], "positive"));
  const bad = action("Bad answer", PATHS.down, () => session.feedback([id()], "negative"));
  const show = () => {
    good.setAttribute("aria-pressed", String(session.rated.get(id()) === "positive"));
    bad.setAttribute("aria-pressed", String(session.rated.get(id()) === "negative"));
  };
  return { elements: [good, bad], show };
};
