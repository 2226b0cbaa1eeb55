// The rows of the list: an exchange, then its frames, its reply, and how it ended; as far as the filter lets them pass.
// @ts-check

import { bytesOf } from "./measures.js";

/** @typedef {import("../wire/exchange.js").Exchange} Exchange */
/** @typedef {import("../wire/exchange.js").Frame} Frame */
/** @typedef {import("./query.js").Subject} Subject */
/** @typedef {"exchange" | "frame" | "reply" | "end"} RowKind */
/**
 * @typedef {object} Row
 * @property {RowKind} kind
 * @property {Exchange} exchange
 * @property {Frame | null} frame
 * @property {number} place of the frame in `exchange.frames`; -1 for other rows
 * @property {string} key
 * @property {number} gap ms since the frame before, or since the request
 */
/**
 * What is shown of an exchange.
 * @typedef {object} Section
 * @property {Exchange} exchange
 * @property {boolean} collapsed
 * @property {number[] | null} kept places of the frames that pass; null while all do
 * @property {number} seen how many frames have been looked at
 * @property {RowKind[]} tail
 * @property {boolean} head
 * @property {string} thread
 * @property {boolean} begun whether the thread that it makes has been looked for
 */

/** Which states are said in a row of their own. */
const ENDS = new Set(["left", "cut", "failed"]);

/** The rows of a log, for a list that asks by number. */
export const makeRows = () => {
  /** @type {Section[]} */
  let sections = [];
  /** @type {Map<Exchange, Section>} */
  let byExchange = new Map();
  /** @type {number[]} */
  let starts = [0];
  /** @type {((subject: Subject) => boolean) | null} */
  let passes = null;
  let matches = 0;
  let subjects = 0;

  /** @type {(exchange: Exchange, collapsed?: boolean) => Section} */
  const section = (exchange, collapsed = false) => {
    const made = { exchange, collapsed, kept: passes ? [] : null, seen: 0, tail: [], head: !passes, thread: "", begun: false };
    sections.push(/** @type {Section} */ (made));
    byExchange.set(exchange, /** @type {Section} */ (made));
    return /** @type {Section} */ (made);
  };

  /** @type {(one: Section, frame: Frame | null, raw: string, place: number) => Subject} */
  const subject = (one, frame, raw, place) => ({
    exchange: one.exchange,
    frame,
    raw,
    gap: frame ? gapOf(one.exchange, place) : 0,
    size: frame ? frame.end - frame.start : bytesOf(raw),
    findings: frame ? findingsOf(one.exchange, place).length : findingsOfWhole(one.exchange).length,
    thread: one.thread,
  });

  /** @param {Section} one */
  const look = (one) => {
    const { exchange } = one;
    one.thread ||= threadOf(exchange, one);
    const { frames } = exchange;
    if (passes && one.kept) {
      for (let place = one.seen; place < frames.length; place += 1) {
        if (passes(subject(one, frames[place], frames[place].raw, place))) one.kept.push(place);
      }
    }
    one.seen = frames.length;
    const tail = tailOf(exchange);
    one.tail = passes ? tail.filter((kind) => kind === "end" || passes?.(subject(one, null, exchange.received, -1))) : tail;
    const own = !passes || passes(subject(one, null, `${exchange.method} ${exchange.url || exchange.path}\n${exchange.sent}`, -1));
    const inside = one.kept ? one.kept.length : frames.length;
    if (!own && !inside && one.tail.every((kind) => kind === "end")) one.tail = [];
    one.head = own || inside > 0 || one.tail.length > 0;
    return (own ? 1 : 0) + inside + one.tail.filter((kind) => kind === "reply").length;
  };

  /** @param {Section} one */
  const length = (one) => (one.head ? 1 + (one.collapsed ? 0 : (one.kept ? one.kept.length : one.seen) + one.tail.length) : 0);

  /** Count the rows again: after the sections that changed, every start moves. */
  const count = () => {
    starts = [0];
    for (const one of sections) starts.push(/** @type {number} */ (starts.at(-1)) + length(one));
  };

  /** @type {Map<Section, number>} */
  let matched = new Map();

  /** @type {(ones: Iterable<Section>) => void} */
  const update = (ones) => {
    for (const one of ones) {
      matches -= matched.get(one) ?? 0;
      const found = look(one);
      matched.set(one, found);
      matches += found;
    }
    subjects = sections.reduce((sum, { exchange }) => sum + 1 + exchange.frames.length + tailOf(exchange).filter((kind) => kind === "reply").length, 0);
    count();
  };

  /** @type {(exchanges: Iterable<Exchange>) => void} */
  const reset = (exchanges) => {
    const collapsed = new Set(sections.filter((one) => one.collapsed).map((one) => one.exchange));
    sections = [];
    byExchange = new Map();
    matched = new Map();
    matches = 0;
    for (const exchange of exchanges) section(exchange, collapsed.has(exchange));
    update(sections);
  };

  /** @type {(index: number) => number} */
  const sectionAt = (index) => {
    let [low, high] = [0, sections.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  };

  /** @type {(one: Section, offset: number) => Row} */
  const rowOf = (one, offset) => {
    const { exchange } = one;
    if (offset === 0) return { kind: "exchange", exchange, frame: null, place: -1, key: exchange.id, gap: 0 };
    const inside = one.kept ? one.kept.length : one.seen;
    if (offset <= inside) {
      const place = one.kept ? one.kept[offset - 1] : offset - 1;
      return { kind: "frame", exchange, frame: exchange.frames[place], place, key: keyOf(exchange, place), gap: gapOf(exchange, place) };
    }
    const kind = one.tail[offset - 1 - inside];
    return { kind, exchange, frame: null, place: -1, key: `${exchange.id}/${kind}`, gap: 0 };
  };

  return {
    get total() {
      return /** @type {number} */ (starts.at(-1));
    },
    /** How many requests, frames and replies pass, of how many. */
    get matches() {
      return matches;
    },
    get subjects() {
      return subjects;
    },
    get sections() {
      return sections;
    },
    /** @type {(index: number) => Row | undefined} */
    at: (index) => {
      const one = sectionAt(index);
      return sections[one] && index >= 0 && index < starts[sections.length] ? rowOf(sections[one], index - starts[one]) : undefined;
    },
    /** @type {(key: string) => number} the number of a row; -1 for one that is not shown */
    indexOf: (key) => {
      const [id, rest] = key.split("/");
      const at = sections.findIndex((one) => one.exchange.id === id);
      const one = sections[at];
      if (!one?.head || (rest !== undefined && one.collapsed)) return -1;
      if (rest === undefined) return starts[at];
      const inside = one.kept ? one.kept.length : one.seen;
      const offset = /^\d+$/.test(rest) ? (one.kept ? one.kept.indexOf(Number(rest)) : Number(rest)) : -1;
      if (offset >= 0) return offset < inside ? starts[at] + 1 + offset : -1;
      const tail = one.tail.indexOf(/** @type {RowKind} */ (rest));
      return tail < 0 ? -1 : starts[at] + 1 + inside + tail;
    },
    /** @type {(index: number) => number} the number of the row of its exchange */
    headOf: (index) => starts[sectionAt(index)],
    reset,
    /** @type {(exchanges: Iterable<Exchange>) => void} */
    changed: (exchanges) => update([...exchanges].map((exchange) => byExchange.get(exchange) ?? section(exchange))),
    /** @type {(test: ((subject: Subject) => boolean) | null) => void} */
    filter: (test) => {
      passes = test;
      reset(sections.map((one) => one.exchange));
    },
    /** @type {(exchange: Exchange, collapsed?: boolean) => void} */
    fold: (exchange, collapsed) => {
      const one = byExchange.get(exchange);
      if (!one) return;
      one.collapsed = collapsed ?? !one.collapsed;
      count();
    },
    /** @type {(exchange: Exchange) => boolean} */
    isFolded: (exchange) => byExchange.get(exchange)?.collapsed ?? false,
    /** @type {(exchange: Exchange) => string} */
    threadOf: (exchange) => byExchange.get(exchange)?.thread ?? "",
  };
};

/** @type {(exchange: Exchange, place: number) => string} */
export const keyOf = (exchange, place) => `${exchange.id}/${place}`;

/** @type {(exchange: Exchange, place: number) => number} */
export const gapOf = (exchange, place) => exchange.frames[place].at - (place ? exchange.frames[place - 1].at : 0);

/** @typedef {import("../wire/exchange.js").Finding} Finding */

/** @type {WeakMap<Finding[], Map<number, Finding[]>>} */
const byEvent = new WeakMap();
/** @type {Finding[]} */
const NONE = [];

/**
 * The findings on a frame: a finding names its number among the frames that the linter counts.
 *
 * @type {(exchange: Exchange, place: number) => Finding[]}
 */
export const findingsOf = ({ findings, frames }, place) => {
  if (!findings.length) return NONE;
  let known = byEvent.get(findings);
  if (!known) {
    known = Map.groupBy(findings, ({ where }) => where.event ?? -1);
    byEvent.set(findings, known);
  }
  return known.get(frames[place]?.number ?? NaN) ?? NONE;
};

/** @type {(exchange: Exchange) => Finding[]} those about no frame but the whole exchange, or its reply */
export const findingsOfWhole = ({ findings }) => findings.filter(({ where }) => where.event === undefined);

/**
 * The place of the frame that a finding is on; -1 for one about the whole exchange.
 *
 * @type {(exchange: Exchange, finding: Finding) => number}
 */
export const placeOf = ({ frames }, { where }) =>
  where.event === undefined ? -1 : frames.findIndex(({ number }) => number === where.event);

/** @type {(exchange: Exchange) => RowKind[]} */
const tailOf = (exchange) => [
  ...(!exchange.frames.length && exchange.received ? [/** @type {const} */ ("reply")] : []),
  ...(ENDS.has(exchange.state) ? [/** @type {const} */ ("end")] : []),
];

/**
 * The thread that an exchange is about: the one it names, or the one that it makes.
 *
 * @param {Exchange} exchange
 * @param {{ begun: boolean }} [known]
 */
export const threadOf = (exchange, known = { begun: false }) => {
  const named = exchange.request?.params?.thread_id;
  if (typeof named === "string") return named;
  if (known.begun) return "";
  const made = exchange.frames.find(({ event }) => event?.thread)?.event?.thread?.id;
  known.begun = exchange.frames.length > 8;
  return typeof made === "string" ? made : "";
};

/**
 * The thread that the chat shows, live or of a file.
 *
 * @param {import("../model/session.js").Session} session
 * @returns {string | null}
 */
export const threadShown = ({ view, replaying, threadId }) =>
  view.thread?.id ?? view.items.values().next().value?.thread_id ?? (replaying ? null : threadId);
