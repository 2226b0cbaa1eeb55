// A tree of components becomes elements, and a newer tree changes the elements that are there: what has the focus, what
// is selected and what was typed stays.
// @ts-check
import { order } from "../dom.js";
import { renderers } from "./renderers.js";
import { checked, own } from "./props.js";
import { isObject } from "./values.js";
import { unknown } from "./unknown.js";

/**
 * What draws a component: makes its element once and changes it with each newer component.
 * @typedef {object} Instance
 * @property {HTMLElement} element
 * @property {(props: Record<string, any>) => void} update
 * @property {() => void} [leave] called when the component is gone
 */
/** @typedef {(scope: Scope) => Instance} Renderer */

/**
 * Where a component stands.
 * @typedef {object} Scope
 * @property {import("./index.js").Context} context
 * @property {Shared} shared
 * @property {number} depth
 * @property {(slot: Element) => (children: any[] | undefined) => void} children gives what keeps the children in an
 *   element as they are told
 */

/**
 * What the components of one widget share.
 * @typedef {object} Shared
 * @property {Map<object, string[]>} ignored what could not be drawn, by who ignored it
 * @property {(action: Record<string, any> | undefined, source: import("./actions.js").Source) => Promise<void>} act
 */

/** Deeper than this nobody looks, and the browser's stack is finite. */
export const DEEPEST = 60;

/**
 * @typedef {object} Mount
 * @property {HTMLElement} element
 * @property {(component: any) => void} update
 * @property {() => void} leave
 */

/**
 * Keep the components in an element.
 *
 * @param {Element} slot
 * @param {Pick<Scope, "context" | "shared" | "depth">} around
 * @returns {{update: (children: any[] | undefined) => void, leave: () => void}}
 */
export const keep = (slot, around) => {
  /** @type {Map<string, Mount>} */
  let mounts = new Map();
  const update = (/** @type {any[] | undefined} */ children) => {
    const before = mounts;
    mounts = new Map();
    for (const child of children ?? []) {
      const identity = identify(child, mounts);
      const mount = before.get(identity) ?? make(child, around);
      mounts.set(identity, mount);
      mount.update(child);
    }
    for (const [identity, mount] of before) {
      if (mounts.get(identity) === mount) continue;
      mount.leave();
      mount.element.remove();
    }
    order(slot, [...mounts.values()].map((mount) => mount.element));
  };
  return { update, leave: () => mounts.forEach((mount) => mount.leave()) };
};

/**
 * Say who a component is among its neighbours: its type with its key or id, or else with how many there were before.
 *
 * @param {any} component
 * @param {Map<string, unknown>} taken
 */
const identify = (component, taken) => {
  const type = isObject(component) ? String(component.type) : typeof component;
  const name = isObject(component) ? (component.key ?? component.id) : undefined;
  const first = name === undefined ? `${type}#0` : `${type}=${name}`;
  if (!taken.has(first)) return first;
  for (let number = 1; ; number += 1) if (!taken.has(`${type}#${number}`)) return `${type}#${number}`;
};

/**
 * @param {any} component
 * @param {Pick<Scope, "context" | "shared" | "depth">} around
 * @returns {Mount}
 */
const make = (component, around) => {
  /** @type {(() => void)[]} */
  const left = [];
  const depth = around.depth + 1;
  /** @type {Scope} */
  const scope = {
    ...around,
    depth,
    children: (slot) => {
      const kept = keep(slot, { ...around, depth });
      left.push(kept.leave);
      return kept.update;
    },
  };
  const known = isObject(component) && depth <= DEEPEST ? own(renderers, String(component.type)) : undefined;
  const instance = (known ?? unknown)(scope);
  const self = {};
  return {
    element: instance.element,
    update: (newer) => {
      if (!known) return instance.update(newer);
      const { props, ignored } = checked(newer);
      const told = ignored.map(([name, value]) => `${newer.type}.${name}: ${JSON.stringify(value)}`);
      if (told.length) around.shared.ignored.set(self, told);
      else around.shared.ignored.delete(self);
      instance.update(props);
    },
    leave: () => {
      around.shared.ignored.delete(self);
      for (const leave of left) leave();
      instance.leave?.();
    },
  };
};
