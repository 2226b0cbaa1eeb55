// A button that copies, and says for a moment that it has.
// @ts-check

import { copy } from "../clipboard.js";
import { h, icon, replace } from "../dom.js";

const COPY = "M9 9h11v11H9zM5 15H4V4h11v1";
const DONE = "M5 13l4 4L19 7";
const SHOWN = 1600;
/** Milliseconds for which it is said. */

/**
 * @param {string} label what the button does, for those who do not see its icon
 * @param {() => string} text
 */
export const copyButton = (label, text) => {
  const button = h("button", { type: "button", class: "ck-button ck-quiet ck-small ck-copy", title: label, "aria-label": label }, icon(COPY));
  button.addEventListener("click", async () => {
    const copied = await copy(text());
    replace(button, icon(copied ? DONE : COPY));
    button.setAttribute("aria-label", copied ? "Copied" : "Could not copy");
    button.dataset.copied = String(copied);
    setTimeout(() => {
      replace(button, icon(COPY));
      button.setAttribute("aria-label", label);
      delete button.dataset.copied;
    }, SHOWN);
  });
  return button;
};
