// The wire panel: everything that passes, in a list; what is chosen, in full; what is wrong with it; and files of it.
// @ts-check

import { h, on, oncePerFrame, replace } from "../dom.js";
import { compareView } from "./compare.js";
import { detail } from "./detail.js";
import { droppable, opened, picker, save, transcriptOf } from "./files.js";
import { filters } from "./filters.js";
import { findingsView } from "./findings.js";
import { linting } from "./linting.js";
import { list } from "./list.js";
import { replaying } from "./replaying.js";
import { makeRows, threadShown } from "./rows.js";
import { worst } from "./severity.js";
import { splitter } from "./split.js";
import { tabs } from "./tabs.js";
import { timeline } from "./timeline.js";

/** @typedef {import("../wire/exchange.js").Exchange} Exchange */
/** @typedef {import("./rows.js").Row} Row */

/** `<ck-wire>`: give it `log`, `session` and `tools` before it is put into the page. */
export class Wire extends HTMLElement {
  /** @type {import("../wire/log.js").WireLog} */
  log = /** @type {any} */ (null);
  /** @type {import("../model/session.js").Session} */
  session = /** @type {any} */ (null);
  /** @type {import("../wire/tools.js").Tools} */
  tools = /** @type {any} */ (null);
  /** @type {(() => void)[]} */
  #stops = [];

  connectedCallback() {
    const { log, session, tools } = this;
    const panel = build(this, { log, session, tools });
    this.#stops = [panel.stop];
  }

  disconnectedCallback() {
    for (const stop of this.#stops) stop();
    this.replaceChildren();
  }
}

/**
 * @typedef {object} Parts
 * @property {import("../wire/log.js").WireLog} log
 * @property {import("../model/session.js").Session} session
 * @property {import("../wire/tools.js").Tools} tools
 */

/**
 * Put the panel together.
 *
 * @param {HTMLElement} host
 * @param {Parts} parts
 */
const build = (host, { log, session, tools }) => {
  const rows = makeRows();
  /** @type {Set<Exchange>} */
  const dirty = new Set();
  /** @type {Map<Exchange, number>} how many frames the filter knows the types of */
  const learned = new Map();

  /** @type {(row: Row, path?: string) => void} */
  const choose = (row, path) => {
    content.dataset.chosen = "true";
    full.show(row, { highlight: bar.highlight, path });
    wire.reveal();
    replay.chosen(row.key);
  };
  /** @type {(key: string, path?: string) => void} */
  const jump = (key, path) => {
    views.show("traffic");
    if (!wire.show(key, true)) {
      bar.clear();
      wire.show(key, true);
    }
    const row = rows.at(rows.indexOf(key));
    if (row) choose(row, path);
    wire.focus();
  };

  const wire = list({ rows, onChoose: (row) => choose(row), onOpen: () => full.focus(), onFollow: (is) => follow.setAttribute("aria-pressed", String(is)) });
  const full = detail({
    base: () => new URL(session.settings.values.endpoint, document.baseURI).href,
    onClose: () => close(),
  });
  const close = () => {
    full.show(null);
    wire.forget();
    delete content.dataset.chosen;
    wire.refresh();
    wire.focus();
  };
  const bar = filters({ onChange: () => refilter(), thread: () => threadShown(session) });
  const wrong = findingsView({ exchanges: () => log.exchanges, onJump: jump, onLint: () => lint.now() });
  const compare = compareView({ session, log });
  const lines = timeline({ exchanges: () => log.exchanges, onChoose: (key) => wire.show(key, true) });
  const replay = replaying({
    log,
    session,
    onStep: (key) => {
      if (!wire.show(key, true)) return;
      const row = rows.at(rows.indexOf(key));
      if (row) full.show(row, { highlight: bar.highlight });
    },
  });

  const follow = h("button", { class: "ck-w-chip ck-w-follow", type: "button", text: "Follow", title: "Stay at the end while more comes", "aria-pressed": true, on: { click: () => wire.follow(!wire.following) } });
  bar.element.querySelector(".ck-w-chips")?.append(follow);
  const content = h("div", { class: "ck-w-content" });
  content.append(wire.element, splitter({ container: content, name: "list", label: "Height of the list", usual: 45 }), full.element);
  const traffic = h("div", { class: "ck-w-traffic" }, bar.element, content);
  const panels = { traffic, findings: wrong.element, compare: compare.element, timeline: lines.element };
  const views = tabs({
    label: "The wire",
    tabs: [
      { id: "traffic", text: "Traffic", panel: panels.traffic },
      { id: "findings", text: "Findings", panel: panels.findings },
      { id: "compare", text: "Compare", panel: panels.compare },
      { id: "timeline", text: "Timeline", panel: panels.timeline },
    ],
    onShow: (id) => {
      if (id === "timeline") lines.draw();
      if (id === "traffic") wire.refresh();
      if (id === "findings") wrong.draw();
    },
  });

  const said = h("p", { class: "ck-w-trouble", role: "alert", hidden: true });
  /** @param {string} text */
  const trouble = (text) => {
    said.textContent = text;
    said.hidden = !text;
  };
  /** @param {File} file */
  const open = async (file) => {
    trouble("");
    try {
      const exchanges = await opened(file, tools.read);
      if (!exchanges.length) throw new Error("there is no request in it");
      replay.load(file.name, exchanges);
      views.show("traffic");
    } catch (error) {
      trouble(`${file.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const clear = h("button", { class: "ck-w-tool", type: "button", text: "Clear", title: "Forget what has passed", on: { click: () => log.clear() } });
  const toolbar = h(
    "div",
    { class: "ck-w-toolbar" },
    views.element,
    h("span", { class: "ck-w-gap" }),
    picker(open),
    h("button", { class: "ck-w-tool", type: "button", text: "Save", title: "Save as a transcript, without credentials", on: { click: () => save(named(), transcriptOf(log.exchanges)) } }),
    clear,
  );
  replace(host, toolbar, said, replay.element, Object.values(panels));
  host.append(h("div", { class: "ck-w-drop", "aria-hidden": "true", text: "Drop a transcript, HAR, SSE or curl capture" }));

  const refilter = () => {
    rows.filter(bar.test());
    wire.mark(bar.highlight);
    draw();
  };
  const draw = () => {
    wire.refresh();
    bar.say(rows.matches, rows.subjects, bar.test() !== null);
  };
  const flush = () => {
    for (const one of dirty) {
      bar.learn(one, learned.get(one) ?? 0);
      learned.set(one, one.frames.length);
    }
    rows.changed(dirty);
    const shown = full.row && dirty.has(full.row.exchange);
    dirty.clear();
    draw();
    if (shown && full.row?.kind !== "frame") full.refresh();
    if (!lines.element.hidden) lines.refresh();
  };
  const soon = oncePerFrame(flush);
  const refound = oncePerFrame(() => {
    const all = log.exchanges.flatMap((one) => one.findings);
    views.count("findings", all.length, all.length ? worst(all) : "");
    if (!wrong.element.hidden) wrong.draw();
    if (bar.byFindings) refilter();
    full.refresh();
  });
  const reset = () => {
    dirty.clear();
    learned.clear();
    for (const one of log.exchanges) dirty.add(one);
    rows.reset(log.exchanges);
    wire.forget();
    wire.follow(!log.loaded);
    full.show(null);
    delete content.dataset.chosen;
    compare.reset();
    clear.hidden = log.loaded;
    flush();
    refound();
    lines.refresh();
  };

  const lint = linting({ log, lint: tools.lint, onState: wrong.say });
  const stops = [
    ...["open", "frame", "close"].map((name) =>
      on(log, name, ({ detail: { exchange } }) => {
        dirty.add(exchange);
        soon();
      }),
    ),
    on(log, "findings", ({ detail: { exchange } }) => {
      dirty.add(exchange);
      soon();
      refound();
    }),
    on(log, "reset", reset),
    on(session, "change", ({ detail: { what } }) => {
      if (what === "thread" && bar.byThread) refilter();
    }),
    on(document, "keydown", (event) => {
      const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey || !host.checkVisibility()) return;
      event.preventDefault();
      views.show("traffic");
      bar.focus();
    }),
    on(full.element, "keydown", (event) => {
      if (event.key === "Escape" && full.row) close();
    }),
    droppable(host, open),
    lint.stop,
    replay.stop,
  ];
  views.show("traffic");
  reset();
  return { stop: () => stops.forEach((stop) => stop()) };
};

/** The name of a file that is saved now. */
const named = () => `chatkit-${new Date().toISOString().slice(0, 19).replaceAll(":", "-")}.jsonl`;

customElements.define("ck-wire", Wire);
