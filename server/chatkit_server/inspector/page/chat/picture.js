// An image that the model makes: sketches as they come, how far it is, and the image in the end.
// @ts-check

import { h, icon, replace } from "../dom.js";
import { imageProgress } from "../model/fold.js";
import { image } from "../text/images.js";
import { link } from "../text/links.js";
import { PATHS } from "./icons.js";

/** @type {import("./around.js").MakeView} */
export const generatedImage = (around) => {
  const place = h("div", { class: "ck-picture-place" });
  const bar = h("div", { class: "ck-progress", role: "progressbar", "aria-label": "Image", "aria-valuemin": "0", "aria-valuemax": "100" }, h("span", null));
  const below = h("div", { class: "ck-picture-links" });
  const element = h("div", { class: "ck-picture" }, place, bar, below);
  let shown = /** @type {string | null} */ (null);
  /** @param {any} item @param {{open: boolean}} state */
  const update = (item, { open }) => {
    const url = item.image?.url ?? "";
    if (url !== shown) {
      const alt = open ? "Sketch of a generated image" : "Generated image";
      replace(place, url ? image(url, { alt, class: "ck-generated", allowed: around.allowedImage }) : waiting(open));
      replace(below, /^https?:/i.test(url) ? link(url, {}, "Open in full size") : null);
    }
    shown = url;
    progress(bar, open, imageProgress(item));
    element.dataset.sketch = String(open);
  };
  return { element, update };
};

/** @param {boolean} open */
const waiting = (open) => h("div", { class: "ck-picture-empty" }, icon(PATHS.image), open ? "Making an image…" : "No image");

/** @param {HTMLElement} bar @param {boolean} open @param {number | undefined} part */
const progress = (bar, open, part) => {
  bar.hidden = !open;
  const percent = part === undefined ? null : Math.round(Math.max(0, Math.min(1, part)) * 100);
  bar.classList.toggle("ck-unknown-end", percent === null);
  if (percent === null) bar.removeAttribute("aria-valuenow");
  else bar.setAttribute("aria-valuenow", String(percent));
  const filled = /** @type {HTMLElement} */ (bar.firstElementChild);
  filled.style.width = percent === null ? "" : `${percent}%`;
};
