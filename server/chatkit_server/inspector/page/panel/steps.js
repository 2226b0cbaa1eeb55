// A recording, frame by frame: the thread as its user saw it after each, forwards and, from checkpoints, backwards.
// @ts-check

import { apply, emptyView } from "../model/fold.js";
import { threadOf } from "./rows.js";

/** @typedef {import("../wire/exchange.js").Exchange} Exchange */
/** @typedef {import("../model/fold.js").View} View */
/** @typedef {{ exchange: Exchange, place: number, thread: string, time: number }} Step `place` -1: a reply that is no stream */
/** @typedef {{ views: Map<string, View>, shown: string }} State */

/** Steps between two checkpoints; more where there would be very many of them. */
const APART = 200;
const MOST = 250;

/** Items that a checkpoint or a page holds too: whoever changes one makes a copy first. */
/** @type {WeakSet<object>} */
const shared = new WeakSet();

/**
 * The steps of a recording, in the order in which things came.
 *
 * @param {Exchange[]} exchanges
 * @returns {Step[]}
 */
export const stepsOf = (exchanges) => {
  const steps = exchanges.flatMap((exchange) => {
    const thread = threadOf(exchange) || exchange.id;
    const began = 1000 * exchange.offset;
    if (!exchange.frames.length) return [{ exchange, place: -1, thread, time: began + 1000 * (exchange.arrivals.at(-1)?.[1] ?? 0) }];
    return exchange.frames.map((frame, place) => ({ exchange, place, thread, time: began + frame.at }));
  });
  // Without offsets nobody knows what overlapped: then the order is the file's.
  const timed = exchanges.some(({ offset }) => offset > 0);
  return timed ? steps.sort((one, other) => one.time - other.time) : steps;
};

/**
 * Walk through steps.
 *
 * @param {Step[]} steps
 */
export const walk = (steps) => {
  const apart = Math.max(APART, Math.ceil(steps.length / MOST));
  /** @type {Map<number, State>} by how many steps have been taken */
  const checkpoints = new Map([[0, { views: new Map(), shown: "" }]]);
  let taken = 0;
  /** @type {State} */
  let state = { views: new Map(), shown: "" };

  /** @param {number} count */
  const goTo = (count) => {
    const wanted = Math.min(steps.length, Math.max(0, count));
    const near = Math.max(...[...checkpoints.keys()].filter((at) => at <= wanted));
    if (wanted < taken || near > taken) {
      state = copy(/** @type {State} */ (checkpoints.get(near)));
      taken = near;
    }
    while (taken < wanted) {
      take(state, steps[taken]);
      taken += 1;
      if (taken % apart === 0 && !checkpoints.has(taken)) checkpoints.set(taken, copy(state));
    }
    return view();
  };

  /** The thread that the last step was about, as its own copy. */
  const view = () => {
    const known = state.views.get(state.shown);
    return known ? copied(known) : emptyView();
  };

  return {
    steps,
    goTo,
    view,
    get taken() {
      return taken;
    },
  };
};

/** @type {(state: State) => State} */
const copy = ({ views, shown }) => ({ views: new Map([...views].map(([name, one]) => [name, copied(one)])), shown });

/** @type {(view: View) => View} */
const copied = (view) => {
  for (const item of view.items.values()) shared.add(item);
  const lists = { notices: [...view.notices], effects: [...view.effects], errors: [...view.errors] };
  return { ...view, ...lists, items: new Map(view.items), open: new Set(view.open) };
};

/** @type {(state: State, step: Step) => void} */
const take = (state, { exchange, place, thread }) => {
  if (place < 0) {
    takeReply(state, exchange, thread);
    return;
  }
  const view = viewOf(state, thread);
  if (place === 0) begin(view, exchange);
  const { event, kind } = exchange.frames[place];
  if (event && kind === "event") {
    own(view, event.item_id);
    apply(view, event);
  }
  if (place === exchange.frames.length - 1) view.done = true;
};

/** @type {(view: View, id: unknown) => void} */
const own = (view, id) => {
  const item = typeof id === "string" ? view.items.get(id) : undefined;
  if (item && shared.has(item)) view.items.set(/** @type {string} */ (id), structuredClone(item));
};

/** @type {(state: State, thread: string) => View} */
const viewOf = (state, thread) => {
  const known = state.views.get(thread) ?? emptyView();
  state.views.set(thread, known);
  state.shown = thread;
  return known;
};

/**
 * What an answer begins with: a retry takes away, without a word, what followed its message.
 *
 * @type {(view: View, exchange: Exchange) => void}
 */
const begin = (view, { request, kind }) => {
  Object.assign(view, { done: false, error: null, progress: null });
  if (kind !== "threads.retry_after_item") return;
  const ids = [...view.items.keys()];
  const last = ids.indexOf(request?.params?.item_id);
  if (last < 0) return;
  for (const id of ids.slice(last + 1)) {
    view.items.delete(id);
    view.open.delete(id);
  }
};

/** @type {(state: State, exchange: Exchange, thread: string) => void} */
const takeReply = (state, { kind, json, status, request }, thread) => {
  if (status !== 200 || !json || !(kind in REPLIES)) return;
  REPLIES[kind](viewOf(state, thread), json, request?.params ?? {});
};

/** @type {Record<string, (view: View, json: any, params: any) => void>} */
const REPLIES = {
  "threads.get_by_id": (view, json) => {
    view.thread = json;
    merge(view, json.items?.data, false);
  },
  "threads.update": (view, json) => {
    view.thread = json;
  },
  "threads.delete": (view) => {
    Object.assign(view, emptyView());
  },
  "items.list": (view, json, { order }) => {
    const rows = Array.isArray(json.data) ? json.data : [];
    merge(view, order === "asc" ? rows : rows.toReversed(), order !== "asc");
  },
  "threads.sync_custom_action": (view, json) => {
    if (json.updated_item?.id) view.items.set(json.updated_item.id, json.updated_item);
  },
};

/** @type {(view: View, rows: any, older: boolean) => void} */
const merge = (view, rows, older) => {
  const given = new Map((Array.isArray(rows) ? rows : []).filter((row) => row?.id).map((row) => [row.id, structuredClone(row)]));
  const known = [...view.items].map(([id, item]) => /** @type {const} */ ([id, given.get(id) ?? item]));
  const fresh = [...given].filter(([id]) => !view.items.has(id));
  view.items = new Map(older ? [...fresh, ...known] : [...known, ...fresh]);
};
