// The timeline: each exchange a bar, hatched until its first byte, its frames as ticks, the spans of its items below it.
// @ts-check

import { h } from "../dom.js";
import { keepingFocus } from "./focus.js";
import { spansOf } from "./spans.js";
import { counted, time } from "./measures.js";

/** @typedef {import("../wire/exchange.js").Exchange} Exchange */

/** Exchanges that are drawn; of more, the newest. */
const MOST = 200;
const TICK = 20;
/** Milliseconds between two drawings while something passes. */
const PAUSE = 200;

/**
 * Make the view.
 *
 * @param {{ exchanges: () => Exchange[], onChoose: (key: string) => void }} options
 */
export const timeline = ({ exchanges, onChoose }) => {
  const body = h("div", { class: "ck-w-timeline-body" });
  let together = false;
  const clock = h("button", {
    class: "ck-w-chip",
    type: "button",
    text: "One clock",
    title: "Each bar where it was on the clock, with the pauses between them; else all from their own beginning",
    "aria-pressed": false,
    on: { click: () => oneClock(!together) },
  });
  const element = h("section", { class: "ck-w-timeline", tabIndex: 0, "aria-label": "Timeline" }, h("div", { class: "ck-w-clock" }, clock), body);
  /** @type {Set<string>} */
  const open = new Set();

  /** @param {boolean} wanted */
  const oneClock = (wanted) => {
    together = wanted;
    clock.setAttribute("aria-pressed", String(together));
    draw();
  };

  /** @type {(exchange: Exchange) => [number, number, number]} */
  const moments = (exchange) => {
    const [start, first, end] = momentsOf(exchange);
    return together ? [start, first, end] : [0, first - start, end - start];
  };

  const draw = () => {
    const shown = exchanges().slice(-MOST);
    if (!shown.length) {
      body.replaceChildren(h("p", { class: "ck-w-empty", text: "Each request will be a bar here: hatched until the first byte, a tick for every frame." }));
      return;
    }
    const scale = scaleOf(shown.map(moments));
    body.replaceChildren(axis(scale), ...shown.map((exchange) => bar(exchange, scale)));
    for (const canvas of body.querySelectorAll("canvas")) paint(canvas);
  };

  /** @type {(exchange: Exchange, scale: Scale) => HTMLElement} */
  const bar = (exchange, scale) => {
    const [start, first, end] = moments(exchange);
    const isOpen = open.has(exchange.id);
    const spans = exchange.frames.length ? spansOf(exchange) : [];
    const canvas = h("canvas", { class: "ck-w-ticks", "aria-hidden": "true" });
    pictures.set(/** @type {HTMLCanvasElement} */ (/** @type {unknown} */ (canvas)), { exchange, start, end });
    const box = h(
      "div",
      { class: "ck-w-bar-box", style: { left: percent(scale(start)), width: percent(Math.max(0.004, scale(end) - scale(start))) }, dataset: { state: exchange.status >= 400 ? "failed" : exchange.state } },
      h("span", { class: "ck-w-bar-wait", style: { width: percent(end > start ? (first - start) / (end - start) : 0) } }),
      canvas,
    );
    const told = [time(end - start), first < end ? `first byte ${time(first - start)}` : "", exchange.frames.length ? counted(exchange.frames.length, "frame") : ""];
    return h(
      "div",
      { class: "ck-w-bar-row" },
      h(
        "button",
        { class: "ck-w-bar-name", type: "button", "aria-expanded": spans.length ? isOpen : null, on: { click: () => toggle(exchange) } },
        h("span", { class: "ck-w-bar-kind", text: `${exchange.number + 1}  ${exchange.kind}` }),
        h("span", { class: "ck-w-bar-told", text: told.filter(Boolean).join(" · ") || exchange.state }),
      ),
      h("div", { class: "ck-w-bar-lane" }, box),
      isOpen ? spans.map((span) => spanRow(span, start, scale)) : [],
    );
  };

  /** @type {(exchange: Exchange) => void} */
  const toggle = (exchange) => {
    if (open.has(exchange.id)) open.delete(exchange.id);
    else open.add(exchange.id);
    onChoose(exchange.id);
    keepingFocus(body, draw);
  };

  let timer = 0;
  const drawSoon = () => {
    timer ||= window.setTimeout(() => {
      timer = 0;
      if (element.isConnected && !element.hidden) keepingFocus(body, draw);
    }, PAUSE);
  };
  new ResizeObserver(drawSoon).observe(element);
  return { element, refresh: drawSoon, draw };
};

/** @typedef {((moment: number) => number) & { from: number, to: number }} Scale a moment to its place, 0 to 1 */

/** @type {(moments: [number, number, number][]) => Scale} */
const scaleOf = (moments) => {
  const from = Math.min(...moments.map(([start]) => start));
  const to = Math.max(...moments.map(([, , end]) => end), from + 1);
  return Object.assign((/** @type {number} */ moment) => (moment - from) / (to - from), { from, to });
};

/**
 * When the request went out, the first byte came, and the last one; ms from the start of the conversation.
 *
 * @type {(exchange: Exchange) => [number, number, number]}
 */
export const momentsOf = ({ offset, arrivals, frames }) => {
  const start = 1000 * offset;
  const first = arrivals.length ? 1000 * arrivals[0][1] : (frames[0]?.at ?? 0);
  const last = Math.max(first, 1000 * (arrivals.at(-1)?.[1] ?? 0), frames.at(-1)?.at ?? 0);
  return [start, start + first, start + last];
};

/** @param {Scale} scale */
const axis = (scale) =>
  h(
    "div",
    { class: "ck-w-axis", "aria-hidden": "true" },
    h("span"),
    h("div", { class: "ck-w-bar-lane" }, [0, 0.25, 0.5, 0.75, 1].map((part) => h("span", { style: { left: percent(part) }, text: time(part * (scale.to - scale.from)) || "0" }))),
  );

/** @type {(span: import("./spans.js").Span, start: number, scale: Scale) => HTMLElement} */
const spanRow = (span, start, scale) => {
  const [from, to] = [scale(start + span.first), scale(start + span.last)];
  const told = `${time(span.first)} to ${time(span.last)} · ${counted(span.events, "event")} · ${span.settled || "left open"}`;
  return h(
    "div",
    { class: "ck-w-span-row", title: `${span.kind} ${span.id}: ${told}` },
    h("span", { class: "ck-w-span-name" }, h("b", { text: span.kind }), ` ${span.id} `, h("span", { class: "ck-w-bar-told", text: told })),
    h("div", { class: "ck-w-bar-lane" }, h("div", { class: "ck-w-span-box", dataset: { settled: span.settled || "open" }, style: { left: percent(from), width: percent(Math.max(0.004, to - from)) } })),
  );
};

/** @param {number} part */
const percent = (part) => `${Math.round(1e4 * Math.min(1, Math.max(0, part))) / 100}%`;

/** @type {WeakMap<HTMLCanvasElement, { exchange: Exchange, start: number, end: number }>} */
const pictures = new WeakMap();

/** @param {HTMLCanvasElement} canvas */
const paint = (canvas) => {
  const told = pictures.get(canvas);
  const width = canvas.clientWidth;
  if (!told || !width) return;
  const density = devicePixelRatio || 1;
  canvas.width = width * density;
  canvas.height = TICK * density;
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.fillStyle = getComputedStyle(canvas).color;
  pen.globalAlpha = 0.75;
  const whole = told.end - told.start || 1;
  let last = -1;
  for (const { at, kind } of told.exchange.frames) {
    const x = Math.round((at / whole) * (width - 1) * density);
    // Ticks that would fall on one another are drawn once.
    if (x !== last) pen.fillRect(x, (kind === "event" ? 3 : 7) * density, Math.max(1, density), (kind === "event" ? 14 : 6) * density);
    last = x;
  }
};
