// A long conversation in stretches, so that browsers skip what is off the screen by the dozen, not one by one.
// @ts-check

import { arrange, h } from "../dom.js";

const MOST = 40;
/** Elements of a stretch. Thousands of places that a browser looks after each by itself take it longer than all they save. */
const GUESS = 90;
/** Pixels that an element takes until it was on the screen. */

/** @param {HTMLElement} list */
export const stretches = (list) => {
  /** The stretch that each element stands in. @type {WeakMap<Element, HTMLElement>} */
  const homes = new WeakMap();
  return {
    /** Put elements in order, moving as few as possible. @param {HTMLElement[]} elements */
    arrange: (elements) => {
      const groups = grouped(elements, homes);
      arrange(list, [...groups.keys()]);
      for (const [stretch, group] of groups) {
        arrange(stretch, group);
        stretch.style.containIntrinsicSize = `auto ${GUESS * group.length}px`;
      }
    },
  };
};

/**
 * Tell elements into stretches: each stays where it is, and new ones go to their neighbour's as long as there is room.
 * @param {HTMLElement[]} elements
 * @param {WeakMap<Element, HTMLElement>} homes
 */
const grouped = (elements, homes) => {
  /** @type {Map<HTMLElement, HTMLElement[]>} */
  const groups = new Map();
  const following = homesAfter(elements, homes);
  let current = /** @type {HTMLElement | null} */ (null);
  elements.forEach((element, index) => {
    const own = homes.get(element);
    // One that comes back to a stretch that was left behind has moved.
    if (own && !groups.has(own)) current = own;
    else if (!current || (own !== current && following[index] !== current && (groups.get(current)?.length ?? 0) >= MOST)) current = h("div", { class: "ck-stretch" });
    homes.set(element, current);
    if (!groups.has(current)) groups.set(current, []);
    groups.get(current)?.push(element);
  });
  return groups;
};

/** For each element, the stretch of the next one that has any. @param {HTMLElement[]} elements @param {WeakMap<Element, HTMLElement>} homes */
const homesAfter = (elements, homes) => {
  /** @type {(HTMLElement | undefined)[]} */
  const found = new Array(elements.length);
  for (let index = elements.length - 2; index >= 0; index -= 1) found[index] = homes.get(elements[index + 1]) ?? found[index + 1];
  return found;
};
