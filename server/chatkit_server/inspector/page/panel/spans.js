// The spans of items in a stream: from the first event about an item to the one that settled it.
// @ts-check

import { itemOf } from "./gist.js";

/** @typedef {{ id: string, kind: string, first: number, last: number, events: number, settled: string }} Span ms since the request */

const SETTLING = new Set(["thread.item.done", "thread.item.replaced", "thread.item.removed"]);

/**
 * The spans of an exchange's items, in the order of their first events.
 *
 * @param {import("../wire/exchange.js").Exchange} exchange
 * @returns {Span[]}
 */
export const spansOf = ({ frames }) => {
  /** @type {Map<string, Span>} */
  const found = new Map();
  for (const { event, at } of frames) {
    const id = itemOf(event);
    if (!id) continue;
    const known = found.get(id);
    const span = known ?? { id, kind: event.item?.type ?? "?", first: at, last: at, events: 0, settled: "" };
    found.set(id, span);
    span.last = at;
    span.events += 1;
    if (SETTLING.has(event.type)) span.settled = event.type.split(".").at(-1) ?? "";
  }
  return [...found.values()];
};
