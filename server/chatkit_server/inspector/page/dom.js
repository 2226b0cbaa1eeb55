// Elements are made by calls, and text is always text: nothing here reads a string as markup.
// @ts-check

/** @typedef {Node | string | number | null | undefined | false} Child */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element.
 *
 * Props: `class`, `text` (textContent), `dataset`, `style` (an object; custom properties too), `on` (listeners by event
 * name), attributes (`true` sets an empty one, `false`, null and undefined none; `aria-…` writes true and false), and
 * whatever else is a property of the element (`value`, `checked`, `disabled`, `hidden`; `onclick` is refused).
 *
 * @param {string} tag
 * @param {Record<string, any> | null} [props]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElement & Record<string, any>}
 */
export const h = (tag, props, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) set(element, name, value);
  element.append(...nodes(children));
  return element;
};

/**
 * Make an icon of paths, 24 units wide, drawn in the colour of the text.
 *
 * @param {string} path
 * @param {string} [label] says what it means; without one it is hidden from screen readers
 */
export const icon = (path, label) => {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "ck-icon");
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  } else {
    svg.setAttribute("aria-hidden", "true");
  }
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
};

/**
 * Put these children in the place of those that are there.
 *
 * @param {Element | DocumentFragment} element
 * @param {...(Child | Child[])} children
 */
export const replace = (element, ...children) => {
  element.replaceChildren(...nodes(children));
};

/**
 * Bring nodes to the front of a place, in order; those that stand right are not touched, since an element that moves
 * loses the focus.
 *
 * @param {Element & {moveBefore?: (node: Node, before: Node | null) => void}} place
 * @param {Iterable<Node>} nodes
 * @returns {Node | null} the first node behind them
 */
export const order = (place, nodes) => {
  /** @type {Node | null} */
  let next = place.firstChild;
  for (const node of nodes) {
    if (node === next) next = next.nextSibling;
    else if (place.moveBefore && node.isConnected && place.isConnected) place.moveBefore(node, next);
    else place.insertBefore(node, next);
  }
  return next;
};

/**
 * Make these nodes the children of a place, in order.
 *
 * @param {Element} place
 * @param {Iterable<Node>} nodes
 */
export const arrange = (place, nodes) => {
  const behind = order(place, nodes);
  while (behind?.nextSibling) behind.nextSibling.remove();
  behind?.parentNode?.removeChild(behind);
};

/**
 * Listen; give a function that stops it.
 *
 * @param {EventTarget} target
 * @param {string} name
 * @param {(event: any) => void} listener
 * @param {AddEventListenerOptions} [options]
 */
export const on = (target, name, listener, options) => {
  target.addEventListener(name, listener, options);
  return () => target.removeEventListener(name, listener, options);
};

/**
 * Give a function that has `draw` called once in the next frame of the screen, however often it is called before.
 *
 * @param {() => void} draw
 */
export const oncePerFrame = (draw) => {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  };
};

/** @type {Record<string, (element: HTMLElement, value: any) => void>} */
const SPECIAL = {
  class: (element, value) => {
    element.className = value ?? "";
  },
  text: (element, value) => {
    element.textContent = value ?? "";
  },
  dataset: (element, value) => {
    Object.assign(element.dataset, value);
  },
  style: (element, value) => {
    for (const [name, one] of Object.entries(value ?? {})) {
      if (one !== null && one !== undefined) element.style.setProperty(kebab(name), String(one));
    }
  },
  on: (element, value) => {
    for (const [name, listener] of Object.entries(value ?? {})) element.addEventListener(name, /** @type {any} */ (listener));
  },
};
const ATTRIBUTES = new Set(["role", "for", "href", "src", "alt", "title", "type", "name", "id", "lang", "dir", "rel", "target"]);

/**
 * @param {HTMLElement} element
 * @param {string} name
 * @param {any} value
 */
const set = (element, name, value) => {
  if (/^on./i.test(name)) throw new TypeError(`listeners are given in \`on\`, not as ${name}`);
  if (SPECIAL[name]) SPECIAL[name](element, value);
  else if (name in element && !ATTRIBUTES.has(name) && !name.includes("-")) /** @type {any} */ (element)[name] = value ?? "";
  else if (name.startsWith("aria-") && typeof value === "boolean") element.setAttribute(name, String(value));
  else if (value === true) element.setAttribute(name, "");
  else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
};

/** @param {string} name */
const kebab = (name) => (name.startsWith("--") ? name : name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));

/**
 * @param {(Child | Child[])[]} children
 * @returns {(Node | string)[]}
 */
const nodes = (children) =>
  children
    .flat()
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : String(child)));
