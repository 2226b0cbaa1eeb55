// The filter above the list: a search with a small language, the types there are, and what is asked for most often.
// @ts-check

import { h, on, replace } from "../dom.js";
import { isDelta, typeOf } from "./gist.js";
import { HELP, query } from "./query.js";

/** @typedef {import("./query.js").Subject} Subject */

/** Typing waits so long before the list is filtered. */
const PAUSE = 120;

/**
 * Make the bar.
 *
 * @param {{ onChange: () => void, thread: () => string | null }} options `thread`: the one that the chat shows
 */
export const filters = ({ onChange, thread }) => {
  let asked = query("");
  let timer = 0;
  const [eventTypes, requestTypes] = [new Set(), new Set()];

  const field = h("input", {
    class: "ck-w-search",
    type: "search",
    placeholder: "Filter: text, type:…, is:finding",
    "aria-label": "Filter requests and frames",
    "aria-describedby": "ck-w-filter-said",
    "aria-keyshortcuts": "/",
    spellcheck: false,
    autocomplete: "off",
  });
  const said = h("span", { class: "ck-w-filter-said", id: "ck-w-filter-said", role: "status" });
  const help = h(
    "div",
    { class: "ck-w-help", hidden: true, id: "ck-w-filter-help", role: "region", "aria-label": "How to filter" },
    h("p", { text: "All of the words must hold. The key / comes here from anywhere." }),
    h("dl", null, HELP.flatMap(([term, text]) => [h("dt", null, h("code", { text: term })), h("dd", { text })])),
  );
  const helper = h("button", {
    class: "ck-w-tool",
    type: "button",
    text: "?",
    title: "How to filter",
    "aria-label": "How to filter",
    "aria-expanded": false,
    "aria-controls": "ck-w-filter-help",
    on: { click: () => unfold(Boolean(help.hidden)) },
  });
  /** @param {boolean} open */
  const unfold = (open) => {
    help.hidden = !open;
    helper.setAttribute("aria-expanded", String(open));
  };

  const events = select("Event type", "All events");
  const requests = select("Request type", "All requests");
  const [findings, own, deltas] = [
    toggle("Findings", "Only what the linter has something to say about"),
    toggle("This thread", "Only the thread that the chat shows"),
    toggle("Hide deltas", "Leave out the pieces of text"),
  ];
  const changed = () => {
    asked = query(field.value);
    field.setAttribute("aria-invalid", String(Boolean(asked.trouble)));
    onChange();
  };
  for (const one of [events, requests]) on(one, "change", changed);
  for (const one of [findings, own, deltas]) {
    on(one, "click", () => {
      one.setAttribute("aria-pressed", String(!pressed(one)));
      changed();
    });
  }
  on(field, "input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(changed, PAUSE);
  });
  on(field, "keydown", (event) => {
    if (event.key !== "Escape" || !field.value) return;
    field.value = "";
    changed();
    event.stopPropagation();
  });

  const element = h(
    "div",
    { class: "ck-w-filters", role: "search" },
    h("div", { class: "ck-w-filter-line" }, field, said, helper),
    help,
    h("div", { class: "ck-w-filter-line ck-w-chips" }, events, requests, findings, own, deltas),
  );

  /** What has to hold of a row; null when everything passes. */
  const test = () => {
    /** @type {((subject: Subject) => boolean)[]} */
    const tests = [];
    if (!asked.empty) tests.push(asked.test);
    if (events.value) tests.push(({ frame }) => frame !== null && typeOf(frame.event) === events.value);
    if (requests.value) tests.push(({ exchange }) => exchange.kind === requests.value);
    if (pressed(findings)) tests.push((subject) => subject.findings > 0);
    if (pressed(own)) tests.push((subject) => subject.thread === (thread() ?? ""));
    if (pressed(deltas)) tests.push(({ frame }) => !isDelta(frame?.event ?? null));
    return tests.length ? (/** @type {Subject} */ subject) => tests.every((holds) => holds(subject)) : null;
  };

  return {
    element,
    test,
    get highlight() {
      return asked.highlight;
    },
    /** Whether findings, or the thread of the chat, have a say in what passes. */
    get byFindings() {
      return pressed(findings) || field.value.includes("is:finding");
    },
    get byThread() {
      return pressed(own);
    },
    /** @type {(matches: number, of: number, filtered: boolean) => void} */
    say: (matches, of, filtered) => {
      const count = filtered ? `${matches.toLocaleString("en")} of ${of.toLocaleString("en")}` : of.toLocaleString("en");
      said.textContent = asked.trouble || count;
      said.dataset.trouble = String(Boolean(asked.trouble));
    },
    /** @type {(exchange: import("../wire/exchange.js").Exchange, from: number) => void} the types that can be asked for */
    learn: ({ kind, frames }, from) => {
      know(requests, requestTypes, kind);
      for (let place = from; place < frames.length; place += 1) know(events, eventTypes, typeOf(frames[place].event));
    },
    focus: () => {
      field.focus();
      field.select();
    },
    clear: () => {
      field.value = "";
      events.value = "";
      requests.value = "";
      for (const one of [findings, own, deltas]) one.setAttribute("aria-pressed", "false");
      changed();
    },
  };
};

/** @param {HTMLElement} one */
const pressed = (one) => one.getAttribute("aria-pressed") === "true";

/** @type {(text: string, title: string) => HTMLElement} */
const toggle = (text, title) => h("button", { class: "ck-w-chip", type: "button", text, title, "aria-pressed": false });

/** @type {(label: string, all: string) => HTMLElement & Record<string, any>} */
const select = (label, all) => h("select", { class: "ck-w-chip", "aria-label": label }, h("option", { value: "", text: all }));

/** @type {(select: HTMLElement & Record<string, any>, known: Set<unknown>, type: string) => void} */
const know = (one, known, type) => {
  if (!type || known.has(type)) return;
  known.add(type);
  const kept = one.value;
  const options = [...known].map(String).sort();
  replace(one, one.firstElementChild, options.map((value) => h("option", { value, text: value })));
  one.value = kept;
};
