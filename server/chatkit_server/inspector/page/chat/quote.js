// What the user has selected in an answer can be quoted: a button appears beside it.
// @ts-check

import { h, icon } from "../dom.js";
import { PATHS } from "./icons.js";

const GAP = 8;
/** Pixels between the selection and its button. */

/**
 * The text that is selected inside an element; empty if none is, or if it reaches beyond.
 * @param {Element} element
 */
export const selectedIn = (element) => {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return "";
  return element.contains(selection.getRangeAt(0).commonAncestorContainer) ? selection.toString().trim() : "";
};

/**
 * Make the button that quotes what is selected in an answer.
 * @param {HTMLElement} region the conversation
 * @param {(text: string) => void} quote
 */
export const quoteButton = (region, quote) => {
  const button = h("button", { type: "button", class: "ck-button ck-quote-selected", hidden: true }, icon(PATHS.quote), "Quote");
  const show = () => {
    const node = getSelection()?.anchorNode;
    const answer = (node instanceof Element ? node : node?.parentElement)?.closest(".ck-assistant-text");
    const text = answer && region.contains(answer) ? selectedIn(answer) : "";
    button.hidden = true;
    if (!text) return;
    const { top, bottom, left, width } = /** @type {Selection} */ (getSelection()).getRangeAt(0).getBoundingClientRect();
    const seen = region.getBoundingClientRect();
    if (bottom < seen.top || top > seen.bottom) return;
    button.hidden = false;
    const around = /** @type {HTMLElement} */ (button.offsetParent ?? region).getBoundingClientRect();
    const above = top - around.top - button.offsetHeight - GAP;
    const middle = left - around.left + width / 2 - button.offsetWidth / 2;
    button.style.top = `${Math.max(GAP, above)}px`;
    button.style.left = `${Math.max(GAP, Math.min(middle, around.width - button.offsetWidth - GAP))}px`;
  };
  document.addEventListener("selectionchange", show);
  region.addEventListener("scroll", show, { passive: true });
  // A press of the button would otherwise take the selection away before the click.
  button.addEventListener("pointerdown", (event) => event.preventDefault());
  button.addEventListener("click", () => {
    const text = getSelection()?.toString().trim() ?? "";
    getSelection()?.removeAllRanges();
    button.hidden = true;
    if (text) quote(text);
  });
  return button;
};
