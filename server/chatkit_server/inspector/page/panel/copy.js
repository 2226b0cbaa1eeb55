// A button of the wire panel that copies, and says so.
// @ts-check

import { copy } from "../clipboard.js";
import { h } from "../dom.js";

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
