// What is chosen in the list, in full: an event, a request and its reply, their headers, and when everything came.
// @ts-check

import { h, replace } from "../dom.js";
import { curl } from "../wire/curl.js";
import { SECRET } from "../wire/redaction.js";
import { STATES, durationOf } from "./cells.js";
import { copyButton } from "./copy.js";
import { family, typeOf } from "./gist.js";
import { clock, counted, size, time } from "./measures.js";
import { message } from "./message.js";
import { findingsOf, findingsOfWhole } from "./rows.js";
import { worst } from "./severity.js";
import { spansOf } from "./spans.js";
import { tabs } from "./tabs.js";

/** @typedef {import("./rows.js").Row} Row */
/** @typedef {import("../wire/exchange.js").Exchange} Exchange */

/**
 * Make the pane.
 *
 * @param {{ base: () => string, onClose: () => void }} options `base`: what a path without a host is relative to
 */
export const detail = ({ base, onClose }) => {
  /** @type {Row | null} */
  let row = null;
  /** @type {RegExp | null} */
  let highlight = null;
  /** @type {string | undefined} */
  let path;
  let credentials = false;

  const panels = Object.fromEntries(["event", "request", "reply", "headers", "timing"].map((name) => [name, h("div", { class: "ck-w-detail-panel", tabIndex: 0 })]));
  const head = h("header", { class: "ck-w-detail-head" });
  const bar = tabs({
    label: "What is shown of it",
    tabs: [
      { id: "event", text: "Event", panel: panels.event },
      { id: "request", text: "Request", panel: panels.request },
      { id: "reply", text: "Reply", panel: panels.reply },
      { id: "headers", text: "Headers", panel: panels.headers },
      { id: "timing", text: "Timing", panel: panels.timing },
    ],
    onShow: () => draw(),
  });
  const body = h("div", { class: "ck-w-detail-body", hidden: true }, head, h("div", { class: "ck-w-detail-tabs" }, bar.element), Object.values(panels));
  const empty = h("p", { class: "ck-w-empty", text: "Choose a request or a frame to see it in full." });
  const element = h("section", { class: "ck-w-detail", "aria-label": "Detail" }, empty, body);

  const draw = () => {
    if (!row) return;
    const { exchange } = row;
    const shown = bar.shown;
    for (const [name, panel] of Object.entries(panels)) if (name !== shown) replace(panel);
    replace(panels[shown], DRAW[shown](row, exchange));
  };

  /** @type {Record<string, (row: Row, exchange: Exchange) => (Node | null)[]>} */
  const DRAW = {
    event: ({ frame, place }, exchange) =>
      frame
        ? [
            frame.kind === "broken" ? h("p", { class: "ck-w-note", text: "A client makes no event of these bytes." }) : null,
            message({ label: "Event", value: frame.event, text: frame.raw, bytes: () => exchange.body.part(frame.start, frame.end), start: frame.start, findings: findingsOf(exchange, place), highlight, path }),
          ]
        : [],
    request: (_, exchange) => [
      message({ label: "Request", value: exchange.request, text: exchange.sent, bytes: () => exchange.sentBytes.part(), highlight }),
    ],
    reply: (_, exchange) => [
      exchange.trouble ? h("p", { class: "ck-w-note", text: exchange.trouble }) : null,
      exchange.frames.length ? h("p", { class: "ck-w-note", text: `${counted(exchange.frames.length, "frame")} in ${size(exchange.body.length)}: the whole body as it came.` }) : null,
      message({ label: "Reply", value: exchange.frames.length ? null : exchange.json, text: exchange.frames.length ? exchange.body.text() : exchange.received, bytes: () => exchange.body.part(), findings: findingsOfWhole(exchange), highlight, path }),
    ],
    headers: (_, exchange) => [
      h("h4", { text: `${exchange.method} ${exchange.url || exchange.path}` }),
      headers("Request headers", exchange.sentHeaders),
      headers(`Reply headers${exchange.status ? `, status ${exchange.status}` : ""}`, exchange.headers),
    ],
    timing: (_, exchange) => [timing(exchange)],
  };

  /** @param {Row} chosen */
  const title = ({ exchange, frame, place, gap }) => {
    const facts = frame
      ? [`request ${exchange.number + 1}`, frame.number === null ? "" : `frame ${frame.number + 1}`, exchange.arrivals.length ? time(frame.at) : "", place && exchange.arrivals.length ? `+${time(gap)}` : "", size(frame.end - frame.start), `bytes ${frame.start}–${frame.end}`]
      : [`request ${exchange.number + 1}`, exchange.status ? `status ${exchange.status}` : "", STATES[exchange.state], clock(exchange.began), durationOf(exchange), exchange.source === "page" ? "" : exchange.source];
    const name = frame ? (frame.kind === "comment" ? "ping" : typeOf(frame.event) || "broken frame") : exchange.kind;
    return h(
      "div",
      { class: "ck-w-detail-title" },
      h("h3", frame ? { class: "ck-w-type", dataset: { family: frame.kind === "event" ? family(frame.event) : frame.kind }, text: name } : { text: name }),
      h("p", { class: "ck-w-facts", text: facts.filter(Boolean).join("  ·  ") }),
    );
  };

  /** @param {Row} chosen */
  const count = ({ exchange, frame, place }) => {
    for (const [id, found] of Object.entries({ event: frame ? findingsOf(exchange, place) : [], reply: findingsOfWhole(exchange) })) {
      bar.count(id, found.length, found.length ? worst(found) : "");
    }
  };

  const actions = () => {
    const one = /** @type {Row} */ (row).exchange;
    const secret = Object.keys(one.sentHeaders).some((name) => SECRET.test(name));
    const box = h("input", { type: "checkbox", checked: credentials, on: { change: () => (credentials = box.checked) } });
    return h(
      "div",
      { class: "ck-w-detail-actions" },
      secret ? h("label", { class: "ck-w-check", title: "Off: REDACTED stands in their place" }, box, "with credentials") : null,
      copyButton("Copy as curl", () => curl(one, { credentials: credentials && secret, base: base() }), { title: "The request as a line for the shell" }),
      h("button", { class: "ck-w-tool", type: "button", title: "Close the detail", "aria-label": "Close the detail", text: "✕", on: { click: onClose } }),
    );
  };

  return {
    element,
    /** @type {(chosen: Row | null, how?: { highlight?: RegExp | null, path?: string }) => void} */
    show: (chosen, how = {}) => {
      const before = row;
      row = chosen;
      highlight = how.highlight ?? null;
      path = how.path;
      empty.hidden = Boolean(chosen);
      body.hidden = !chosen;
      if (!chosen) return;
      replace(head, title(chosen), actions());
      const { frame, exchange } = chosen;
      bar.offer("event", Boolean(frame));
      bar.offer("reply", !frame);
      count(chosen);
      const asked = chosen.kind === "exchange" && !path && !findingsOfWhole(exchange).length;
      const usual = frame ? "event" : asked ? "request" : "reply";
      const keep = before?.kind === chosen.kind && !path && (bar.shown === "headers" || bar.shown === "timing" || (bar.shown === "request" && frame) || (bar.shown === "reply" && !frame));
      bar.show(keep ? bar.shown : usual);
    },
    /** Draw again what grew, or what findings came to; the focus is left where somebody reads. */
    refresh: () => {
      if (!row || element.contains(document.activeElement)) return;
      replace(head, title(row), actions());
      count(row);
      draw();
    },
    get row() {
      return row;
    },
    focus: () => /** @type {HTMLElement | null} */ (body.querySelector('[role=treeitem][tabindex="0"], .ck-w-raw'))?.focus(),
  };
};

/** @type {(name: string, given: Record<string, string>) => HTMLElement} */
const headers = (name, given) => {
  const rows = Object.entries(given);
  if (!rows.length) return h("div", null, h("h4", { text: name }), h("p", { class: "ck-w-note", text: "None are known." }));
  return h(
    "div",
    { class: "ck-w-headers" },
    h("h4", { text: name }),
    h("dl", null, rows.flatMap(([key, value]) => [h("dt", { text: key }), h("dd", null, SECRET.test(key) ? masked(key, value) : value)])),
  );
};

/** @type {(name: string, value: string) => HTMLElement} */
const masked = (name, value) =>
  h("button", {
    class: "ck-w-link",
    type: "button",
    text: "•••••••• show",
    "aria-label": `Show the value of ${name}`,
    on: { click: (/** @type {any} */ { target }) => target.replaceWith(value) },
  });

/** @param {Exchange} exchange */
const timing = (exchange) => {
  const { arrivals, frames } = exchange;
  const spans = frames.length ? spansOf(exchange) : [];
  const gaps = frames.map((one, place) => (place ? one.at - frames[place - 1].at : 0));
  const rows = [
    ["sent", size(exchange.sentBytes.length)],
    ["received", `${size(exchange.body.length)}${frames.length ? ` in ${counted(frames.length, "frame")}` : ""}`],
    ["first byte after", arrivals.length ? time(1000 * arrivals[0][1]) : ""],
    ["all after", durationOf(exchange)],
    ["longest gap", arrivals.length && frames.length > 1 ? time(gaps.reduce((most, one) => Math.max(most, one), 0)) : ""],
    ["ended", exchange.trouble || STATES[exchange.state]],
  ].filter(([, text]) => text);
  return h(
    "div",
    { class: "ck-w-timing" },
    h("dl", null, rows.flatMap(([name, text]) => [h("dt", { text: name }), h("dd", { text })])),
    spans.length
      ? h(
          "table",
          null,
          h("caption", { text: "Items, from the first event to the one that settled them" }),
          h("thead", null, h("tr", null, ["Item", "Type", "From", "To", "Events", "Settled"].map((text) => h("th", { scope: "col", text })))),
          h("tbody", null, spans.map((span) => h("tr", null, [span.id, span.kind, ...(arrivals.length ? [time(span.first), time(span.last)] : ["", ""]), String(span.events), span.settled || "left open"].map((text) => h("td", { text }))))),
        )
      : null,
  );
};

