// Text into the clipboard, also on a page that is not served over HTTPS, where the browser offers none to write to.
// @ts-check

import { h } from "./dom.js";

/**
 * @param {string} text
 * @returns {Promise<boolean>} whether it is there
 */
export const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedByHand(text);
  }
};

/** @param {string} text */
const copiedByHand = (text) => {
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  const field = h("textarea", { class: "ck-visually-hidden", value: text, "aria-hidden": "true", tabIndex: -1 });
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  before?.focus();
  return done;
};
