// A list of any length of which only what is seen exists: rows of one height, made once and filled again.
// @ts-check

import { h, on, oncePerFrame } from "../dom.js";

/** Rows kept above and below what is seen, so that a quick wheel shows no gap. */
const BEYOND = 8;
/** Milliseconds after which nothing moves any more. */
const REST = 120;

/**
 * @typedef {object} Virtual
 * @property {HTMLElement} viewport
 * @property {() => void} refresh after rows came, went or changed
 * @property {(index: number) => void} reveal scrolls as little as needed to show a row
 * @property {() => boolean} atEnd
 * @property {() => void} toEnd
 * @property {(index: number) => HTMLElement | undefined} shown the element of a row, if it is there
 * @property {() => number} page how many rows fit
 */

/**
 * Make the list. Browsers lay out about 16 million pixels: 600,000 rows of 26.
 *
 * @param {object} options
 * @param {HTMLElement} options.viewport scrolls
 * @param {HTMLElement} options.body where the rows stand in it
 * @param {() => number} options.head how much of the viewport is always covered at the top, in pixels
 * @param {() => number} options.height of a row, in pixels
 * @param {() => number} options.total
 * @param {() => HTMLElement} options.create makes an empty row
 * @param {(row: HTMLElement, index: number) => void} options.fill
 * @param {() => void} [options.onScroll]
 * @returns {Virtual}
 */
export const virtual = ({ viewport, body, head, height, total, create, fill, onScroll }) => {
  const space = h("div", { class: "ck-w-space-y", role: "presentation" });
  /** @type {Map<number, HTMLElement>} */
  let rows = new Map();
  let resting = 0;
  body.append(space);

  const draw = (again = false) => {
    const size = height();
    const first = Math.max(0, Math.floor(viewport.scrollTop / size) - BEYOND);
    const last = Math.min(total(), Math.ceil((viewport.scrollTop + viewport.clientHeight) / size) + BEYOND);
    const spare = [...rows].filter(([index]) => index < first || index >= last);
    for (const [index] of spare) rows.delete(index);
    const kept = again ? [...rows] : [];
    for (const [index, row] of kept) fill(row, index);
    for (let index = first; index < last; index += 1) {
      if (!rows.has(index)) rows.set(index, place(spare.pop()?.[1] ?? added(), index, size));
    }
    for (const [, row] of spare) row.remove();
    window.clearTimeout(resting);
    resting = window.setTimeout(order, REST);
  };

  const added = () => {
    const row = create();
    space.append(row);
    return row;
  };

  /** Put rows into their order, for those who are read to; not while they fly by, since it costs a layout. */
  const order = () => {
    const ordered = [...rows].sort(([one], [other]) => one - other).map(([, row]) => row);
    if (ordered.some((row, index) => space.children[index] !== row)) space.append(...ordered);
  };

  /** @type {(row: HTMLElement, index: number, size: number) => HTMLElement} */
  const place = (row, index, size) => {
    row.style.transform = `translateY(${index * size}px)`;
    fill(row, index);
    return row;
  };

  const refresh = () => {
    const wanted = `${total() * height()}px`;
    if (space.style.height !== wanted) space.style.height = wanted;
    draw(true);
  };

  const atEnd = () => viewport.scrollTop + viewport.clientHeight >= viewport.scrollHeight - height() / 2;
  const drawSoon = oncePerFrame(() => draw());
  let known = height();
  new ResizeObserver(() => {
    if (height() !== known) {
      known = height();
      for (const row of rows.values()) row.remove();
      rows = new Map();
    }
    refresh();
  }).observe(viewport);
  on(viewport, "scroll", () => {
    drawSoon();
    onScroll?.();
  }, { passive: true });

  return {
    viewport,
    refresh,
    atEnd,
    toEnd: () => {
      viewport.scrollTop = viewport.scrollHeight;
    },
    reveal: (index) => {
      const top = index * height();
      const above = viewport.scrollTop;
      const room = viewport.clientHeight - head() - height();
      if (top < above) viewport.scrollTop = top;
      else if (top > above + room) viewport.scrollTop = top - room;
      draw();
    },
    shown: (index) => rows.get(index),
    page: () => Math.max(1, Math.floor((viewport.clientHeight - head()) / height()) - 1),
  };
};
