// Text into the clipboard, also on a page that is not served over HTTPS, and a word that it is there.
// @ts-check

import { h } from "../dom.js";

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

/**
 * Make a button that copies, and says so.
 *
 * @param {string} label
 * @param {() => string} text
 * @param {Record<string, any>} [props]
 */
export const copyButton = (label, text, props = {}) => {
  const said = h("span", { class: "ck-visually-hidden", role: "status" });
  const words = h("span", { text: label });
  const button = h(
    "button",
    {
      class: "ck-w-tool",
      type: "button",
      on: {
        click: async () => {
          const done = (await copy(text())) ? "Copied" : "The browser lets nothing be copied";
          said.textContent = done;
          words.textContent = done;
          window.setTimeout(() => {
            words.textContent = label;
            said.textContent = "";
          }, 1600);
        },
      },
      ...props,
    },
    words,
    said,
  );
  return button;
};
