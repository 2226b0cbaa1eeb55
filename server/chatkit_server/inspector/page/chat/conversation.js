// The conversation: its items in order, each drawn once and then only changed, and what passed between them.
// @ts-check

import { h, oncePerFrame } from "../dom.js";
import { itemView } from "./items.js";
import { nearby } from "./nearby.js";
import { keptAtEnd } from "./scrolling.js";
import { notes } from "./notes.js";
import { stretches } from "./stretches.js";

/** @typedef {import("./around.js").Around} Around */
/** @typedef {import("./around.js").ItemView} ItemView */

const NEWEST = 20;
/** Items at the end that are drawn at once; those before them when they come near the screen. */
const BUDGET = 10;
/** Milliseconds of a frame that new items may take; the rest of a long thread comes in the next ones, from its end upwards. */

/**
 * Make the region that shows the session's thread.
 * @param {Around} around
 */
export const conversation = (around) => {
  const { session } = around;
  const list = h("div", { class: "ck-items" });
  const older = h("button", { type: "button", class: "ck-button ck-quiet ck-older", on: { click: () => session.olderItems() } }, "Earlier messages");
  const below = h("div", { class: "ck-below" });
  const inner = h("div", { class: "ck-conversation" }, older, list, below);
  // What is announced is a whole message, not each word of it: see announcing.js.
  const region = h("div", { class: "ck-log", role: "log", "aria-label": "Conversation", "aria-live": "off", tabIndex: 0 }, inner);
  const scrolling = keptAtEnd(region, inner, () => list.firstElementChild?.firstElementChild);
  const between = notes(around, below);
  const rows = stretches(list);
  /** @type {Map<string, ItemView>} */
  const views = new Map();
  /** @type {Set<string>} */
  const stale = new Set();
  let shown = session.view;
  let [moved, noted] = [true, 0];

  const draw = oncePerFrame(() => {
    if (shown !== session.view) forget();
    // What streams changes one item hundreds of times; the order of thousands is looked at when it may have changed.
    const notes = between.count();
    if (moved || notes !== noted || [...stale].some((id) => !views.has(id) || !itemOf(id))) {
      const items = itemsOf(session);
      moved = !make(items);
      noted = notes;
      arrange(items);
    }
    for (const id of stale) refresh(id);
    stale.clear();
    between.draw();
    older.hidden = !session.past.hasOlder;
    scrolling.settle();
    if (moved) draw();
  });

  /** @param {string} id */
  const refresh = (id) => {
    const [view, item] = [views.get(id), itemOf(id)];
    if (view && item && !near.isEmpty(view.element)) view.update(item, { open: session.view.open.has(id) });
  };
  const near = nearby(region, (element) => refresh(/** @type {HTMLElement} */ (element).dataset.item ?? ""));

  /** @param {string} id */
  const itemOf = (id) => session.view.items.get(id) ?? (session.pending?.id === id ? session.pending : undefined);

  const forget = () => {
    shown = session.view;
    views.clear();
    near.forget();
    moved = true;
    between.forget();
    scrolling.toEnd();
  };

  /** Make the views that are lacking, as many as a frame has time for. @param {any[]} items */
  const make = (items) => {
    const end = performance.now() + BUDGET;
    for (let index = items.length - 1; index >= 0; index -= 1) {
      const item = items[index];
      if (views.has(item.id)) continue;
      if (performance.now() > end) return false;
      const view = itemView(item, around);
      views.set(item.id, view);
      if (index < items.length - NEWEST) near.watch(view.element);
      else stale.add(item.id);
    }
    return true;
  };

  /** Put elements in order, and forget those that are gone. @param {any[]} items */
  const arrange = (items) => {
    const wanted = new Set(items.map(({ id }) => id));
    for (const id of views.keys()) if (!wanted.has(id)) views.delete(id);
    const elements = [...between.after(null), ...items.flatMap(({ id }) => [views.get(id)?.element, ...between.after(id)])];
    rows.arrange(elements.filter((element) => element !== undefined));
  };

  session.addEventListener("change", (/** @type {any} */ { detail: { what, ids } }) => {
    if (!DRAWN.has(what)) return;
    if (what === "items") for (const id of ids.length ? ids : views.keys()) stale.add(id);
    draw();
  });
  draw();
  return { element: region, scrolling, note: between.add };
};

const DRAWN = new Set(["items", "thread", "progress", "notice", "effect", "error", "streaming", "note"]);

/** @param {import("../model/session.js").Session} session @returns {any[]} */
const itemsOf = ({ view, pending }) => (pending ? [...view.items.values(), pending] : [...view.items.values()]);
