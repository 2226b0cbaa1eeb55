// What the cells of a row say: of an exchange, a frame, a reply, and of how an exchange ended.
// @ts-check

import { h } from "../dom.js";
import { family, gist, gistOfReply, gistOfRequest, shortType } from "./gist.js";
import { clock, size, time } from "./measures.js";
import { cut } from "./raw.js";
import { findingsOf, findingsOfWhole } from "./rows.js";
import { worst } from "./severity.js";

/** @typedef {import("./rows.js").Row} Row */

/**
 * Write a text where one stood: its node is kept, which is cheap to lay out.
 *
 * @type {(element: HTMLElement, text: string) => void}
 */
const put = (element, text) => {
  const node = element.firstChild;
  if (!(node instanceof Text) || node.nextSibling) element.textContent = text;
  else if (node.data !== text) node.data = text;
};

/** @type {(element: HTMLElement, text: string, pattern: RegExp | null) => void} */
const marked = (element, text, pattern) => {
  if (!pattern) {
    put(element, text);
    return;
  }
  element.replaceChildren(...cut(text, pattern).map((piece) => (piece.marked ? h("mark", { class: "ck-w-match", text: piece.text }) : piece.text)));
};

/**
 * The two places of a cell that tells a type and a gist: a row that is filled again keeps them.
 *
 * @param {HTMLElement} cell
 */
const typed = (cell) => {
  if (cell.firstElementChild?.className !== "ck-w-type") cell.replaceChildren(h("span", { class: "ck-w-type" }), h("span", { class: "ck-w-gist" }));
  return /** @type {HTMLCollectionOf<HTMLElement>} */ (cell.children);
};

/** @type {(cell: HTMLElement, findings: { severity: string }[]) => void} */
const tell = (cell, findings) => {
  if (!findings.length) {
    cell.replaceChildren();
    return;
  }
  const severity = worst(findings);
  const label = `${findings.length} finding${findings.length === 1 ? "" : "s"}, ${severity}`;
  cell.replaceChildren(h("span", { class: "ck-w-flag", dataset: { severity }, role: "img", "aria-label": label, title: label, text: String(findings.length) }));
};

/** @typedef {(cells: HTMLCollectionOf<HTMLElement>, row: Row, highlight: RegExp | null) => void} Fill */

/** @type {Record<string, Fill>} */
export const CELLS = {
  exchange: (cells, { exchange }, highlight) => {
    const { number, method, kind, status, state, source } = exchange;
    put(cells[0], String(number + 1));
    const about = h("span", { class: "ck-w-gist" });
    marked(about, gistOfRequest(exchange.request), highlight);
    cells[1].replaceChildren(
      h("span", { class: "ck-w-twist", "aria-hidden": "true" }),
      h("span", { class: "ck-w-method", text: method }),
      h("span", { class: "ck-w-kind", text: kind }),
      h("span", { class: "ck-w-status", dataset: { state: state === "done" && status >= 400 ? "failed" : state }, text: status ? `${status}` : STATES[state] }),
      ...(source === "page" ? [] : [h("span", { class: "ck-w-source", text: source })]),
      ...(exchange.own ? [h("span", { class: "ck-w-source", text: "inspector" })] : []),
      about,
    );
    put(cells[2], source === "file" && !exchange.arrivals.length ? "" : clock(exchange.began));
    put(cells[3], durationOf(exchange));
    cells[3].title = "how long it took";
    put(cells[4], size(exchange.body.length));
    tell(cells[5], exchange.findings);
  },
  frame: (cells, { exchange, frame, place, gap }, highlight) => {
    if (!frame) return;
    const { event, kind } = frame;
    put(cells[0], frame.number === null ? "" : String(frame.number + 1));
    const [name, about] = typed(cells[1]);
    name.dataset.family = kind === "event" ? family(event) : kind;
    marked(name, kind === "comment" ? "ping" : kind === "broken" ? "broken frame" : shortType(event) || "no type", highlight);
    marked(about, event ? gist(event) : printable(frame.raw), highlight);
    const measured = exchange.arrivals.length > 0;
    put(cells[2], measured ? time(frame.at) : "");
    put(cells[3], measured && place ? `+${time(gap)}` : "");
    cells[3].dataset.slow = String(place > 0 && gap >= 1000);
    put(cells[4], size(frame.end - frame.start));
    tell(cells[5], findingsOf(exchange, place));
  },
  reply: (cells, { exchange }, highlight) => {
    put(cells[0], "");
    const [name, about] = typed(cells[1]);
    name.dataset.family = exchange.status >= 400 ? "error" : "reply";
    put(name, exchange.status >= 400 ? "refusal" : "reply");
    marked(about, gistOfReply(exchange.json, exchange.received), highlight);
    put(cells[2], durationOf(exchange));
    put(cells[3], "");
    put(cells[4], size(exchange.body.length));
    tell(cells[5], findingsOfWhole(exchange));
  },
  end: (cells, { exchange }) => {
    put(cells[0], "");
    const [name, about] = typed(cells[1]);
    name.dataset.family = "broken";
    put(name, STATES[exchange.state]);
    put(about, exchange.trouble);
    put(cells[2], durationOf(exchange));
    put(cells[3], "");
    put(cells[4], "");
    cells[5].replaceChildren();
  },
};

/** @param {string} raw */
const printable = (raw) => raw.slice(0, 160).replace(/[\u0000-\u001f]+/g, "⏎");

/** @type {Record<string, string>} */
export const STATES = {
  waiting: "waiting",
  streaming: "streaming",
  done: "done",
  left: "the client left",
  cut: "broken off",
  failed: "no reply",
};

/** @param {import("../wire/exchange.js").Exchange} exchange */
export const durationOf = ({ state, frames, arrivals }) => {
  if (state === "waiting") return "";
  return time(Math.max(frames.at(-1)?.at ?? 0, 1000 * (arrivals.at(-1)?.[1] ?? 0)) || null);
};
