// The focus, kept where it is when what is around it is drawn anew.
// @ts-check

const STOPS = "button, [href], input, select, textarea, summary, [tabindex]";

/**
 * Draw, and give the focus to what stands in the place of what had it.
 *
 * @param {Element} element whose content is drawn
 * @param {() => void} draw
 */
export const keepingFocus = (element, draw) => {
  const place = [...element.querySelectorAll(STOPS)].indexOf(/** @type {Element} */ (document.activeElement));
  draw();
  if (place < 0) return;
  const stop = element.querySelectorAll(STOPS)[place];
  if (stop instanceof HTMLElement) stop.focus({ preventScroll: true });
};
