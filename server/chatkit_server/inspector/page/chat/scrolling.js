// The conversation stays at its end while it grows, unless the user has scrolled up to read.
// @ts-check

import { h, icon } from "../dom.js";
import { PATHS } from "./icons.js";

const NEAR = 48;
/** Pixels from the end that count as being there. */

/**
 * @param {HTMLElement} region that scrolls
 * @param {HTMLElement} content that grows
 * @param {() => Element | null | undefined} first what stands first in it, after what is only there to bring more
 */
export const keptAtEnd = (region, content, first) => {
  let pinned = true;
  let top = 0;
  /** What stood first when the region was last at its very top, and where. @type {{ element: Element, at: number } | null} */
  let held = null;
  const button = h("button", { type: "button", class: "ck-button ck-jump", hidden: true, "aria-label": "Jump to the end", title: "Jump to the end" }, icon(PATHS.end));
  const distance = () => region.scrollHeight - region.clientHeight - region.scrollTop;
  /** @param {Element} element */
  const place = (element) => element.getBoundingClientRect().top - content.getBoundingClientRect().top;
  const look = () => {
    top = region.scrollTop;
    const element = top === 0 && !pinned ? first() : null;
    held = element ? { element, at: place(element) } : null;
    button.hidden = pinned;
  };
  const settle = () => {
    if (pinned) region.scrollTop = region.scrollHeight;
    // Browsers do not keep the place of what is on the screen when something comes above it at the very top.
    else if (held?.element.isConnected && region.scrollTop === 0) region.scrollTop = place(held.element) - held.at;
    look();
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
      look();
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
