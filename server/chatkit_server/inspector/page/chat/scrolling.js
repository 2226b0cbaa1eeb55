// The conversation stays at its end while it grows, unless the user has scrolled up to read.
// @ts-check

import { h, icon } from "../dom.js";
import { PATHS } from "./icons.js";

const NEAR = 48;
/** Pixels from the end that count as being there. */

/**
 * @param {HTMLElement} region that scrolls
 * @param {HTMLElement} content that grows
 */
export const keptAtEnd = (region, content) => {
  let pinned = true;
  let [top, height] = [0, 0];
  const button = h("button", { type: "button", class: "ck-button ck-jump", hidden: true, "aria-label": "Jump to the end", title: "Jump to the end" }, icon(PATHS.end));
  const distance = () => region.scrollHeight - region.clientHeight - region.scrollTop;
  const settle = () => {
    if (pinned) region.scrollTop = region.scrollHeight;
    // Browsers do not keep the place of what is on the screen when something comes above it at the very top.
    else if (region.scrollTop === 0 && height > 0 && region.scrollHeight > height && top === 0) region.scrollTop = region.scrollHeight - height;
    top = region.scrollTop;
    height = region.scrollHeight;
    button.hidden = pinned;
  };
  const toEnd = () => {
    pinned = true;
    settle();
  };
  region.addEventListener(
    "scroll",
    () => {
      const away = distance() > NEAR;
      if (!away) pinned = true;
      else if (region.scrollTop < top) pinned = false;
      top = region.scrollTop;
      button.hidden = pinned;
    },
    { passive: true },
  );
  button.addEventListener("click", () => {
    toEnd();
    region.focus();
  });
  new ResizeObserver(settle).observe(content);
  new ResizeObserver(settle).observe(region);
  return { button, settle, toEnd };
};
