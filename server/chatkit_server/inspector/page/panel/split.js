// A border between two panes that can be dragged, and moved with the arrow keys.
// @ts-check

import { h, on } from "../dom.js";

/** In parts of a hundred of the whole. */
const [LEAST, MOST] = [12, 88];

/**
 * Make a separator that sets `--ck-<name>` on its container and keeps it for the next visit.
 *
 * @param {{ container: HTMLElement, name: string, label: string, usual: number, vertical?: boolean }} options
 *   `vertical`: the panes stand side by side
 */
export const splitter = ({ container, name, label, usual, vertical = false }) => {
  const bar = h("div", {
    class: "ck-w-split-bar",
    role: "separator",
    tabIndex: 0,
    "aria-label": label,
    "aria-orientation": vertical ? "vertical" : "horizontal",
    "aria-valuemin": LEAST,
    "aria-valuemax": MOST,
    dataset: { vertical: String(vertical) },
  });
  const key = `chatkit-inspector-split-${name}`;

  /** @param {number} part */
  const set = (part) => {
    const kept = Math.round(10 * Math.min(MOST, Math.max(LEAST, part))) / 10;
    container.style.setProperty(`--ck-split-${name}`, `${kept}%`);
    bar.setAttribute("aria-valuenow", String(Math.round(kept)));
    remember(key, String(kept));
  };
  const now = () => Number(bar.getAttribute("aria-valuenow"));

  on(bar, "pointerdown", (event) => {
    bar.setPointerCapture(event.pointerId);
    event.preventDefault();
    bar.focus();
  });
  on(bar, "pointermove", (event) => {
    if (!bar.hasPointerCapture(event.pointerId)) return;
    const box = container.getBoundingClientRect();
    set(vertical ? (100 * (event.clientX - box.left)) / box.width : (100 * (event.clientY - box.top)) / box.height);
  });
  on(bar, "dblclick", () => set(usual));
  on(bar, "keydown", (event) => {
    const [less, more] = vertical ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
    const by = { [less]: -4, [more]: 4, Home: -100, End: 100 }[/** @type {string} */ (event.key)];
    if (by === undefined) return;
    set(now() + by);
    event.preventDefault();
  });
  set(Number(remembered(key)) || usual);
  return bar;
};

/** @param {string} key */
const remembered = (key) => {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
};

/** @type {(key: string, value: string) => void} */
const remember = (key, value) => {
  try {
    localStorage.setItem(key, value);
  } catch {
    // A page that may keep nothing starts with the usual split next time.
  }
};
