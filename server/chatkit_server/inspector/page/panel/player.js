// The bar that steps through a recording: to either end, one frame on or back, or by itself at the recorded pace.
// @ts-check

import { h, icon, on } from "../dom.js";
import { time } from "./measures.js";

/** @typedef {import("./steps.js").Step} Step */

/** Longer pauses of a recording are cut: nobody wants to watch a user think. */
const LONGEST = 2000;
/** Where nobody measured, a step takes so long. */
const UNTIMED = 80;

const ICONS = {
  first: "M6 5v14M19 5l-9 7 9 7z",
  back: "M15 5l-8 7 8 7z",
  play: "M7 4l12 8-12 8z",
  pause: "M8 5v14M16 5v14",
  on: "M9 5l8 7-8 7z",
  last: "M18 5v14M5 5l9 7-9 7z",
};

/**
 * Make the bar.
 *
 * @param {{ steps: Step[], onStep: (taken: number) => void }} options `taken`: how many steps have been taken
 */
export const player = ({ steps, onStep }) => {
  let taken = 0;
  let timer = 0;
  const last = steps.length;
  const timed = steps.some(({ time: at }) => at > 0);

  /** @type {(name: keyof typeof ICONS, label: string, act: () => void) => HTMLElement} */
  const button = (name, label, act) =>
    h("button", { class: "ck-w-tool", type: "button", title: label, "aria-label": label, on: { click: act } }, icon(ICONS[name]));

  const slider = h("input", { type: "range", min: "0", max: String(last), value: "0", "aria-label": "Frame of the recording", on: { input: () => go(Number(slider.value)) } });
  const said = h("span", { class: "ck-w-player-said", role: "status" });
  const speed = h(
    "select",
    { class: "ck-w-tool", "aria-label": "Pace", title: "Pace" },
    [["1", "×1"], ["4", "×4"], ["16", "×16"]].map(([value, text]) => h("option", { value, text })),
  );
  const play = button("play", "Play", () => (timer ? pause() : start()));

  /** @type {(wanted: number, quiet?: boolean) => void} */
  const go = (wanted, quiet = false) => {
    taken = Math.min(last, Math.max(0, wanted));
    slider.value = String(taken);
    const step = steps[taken - 1];
    slider.setAttribute("aria-valuetext", words(step, taken, last));
    said.textContent = words(step, taken, last);
    if (!quiet) onStep(taken);
  };

  const pause = () => {
    window.clearTimeout(timer);
    timer = 0;
    play.replaceChildren(icon(ICONS.play));
    play.setAttribute("aria-label", "Play");
  };
  const start = () => {
    if (taken >= last) go(0);
    play.replaceChildren(icon(ICONS.pause));
    play.setAttribute("aria-label", "Pause");
    wait();
  };
  const wait = () => {
    const pace = Number(speed.value);
    const gap = timed && taken ? (steps[taken]?.time ?? 0) - steps[taken - 1].time : UNTIMED;
    const before = performance.now();
    timer = window.setTimeout(() => {
      // Steps that were due while the screen was busy are taken at once: the pace is kept.
      let late = performance.now() - before - gap / pace;
      let next = taken + 1;
      for (; timed && next < last && late > 0; next += 1) late -= (steps[next].time - steps[next - 1].time) / pace;
      go(timed ? Math.max(taken + 1, Math.min(next, last)) : taken + 1);
      if (taken < last) wait();
      else pause();
    }, Math.min(LONGEST, Math.max(0, gap)) / pace);
  };
  /** @param {number} wanted */
  const by = (wanted) => {
    pause();
    go(wanted);
  };

  const element = h(
    "div",
    { class: "ck-w-player", role: "group", "aria-label": "Step through the recording" },
    button("first", "To the beginning", () => by(0)),
    button("back", "One frame back", () => by(taken - 1)),
    play,
    button("on", "One frame on", () => by(taken + 1)),
    button("last", "To the end", () => by(last)),
    slider,
    said,
    speed,
  );
  on(element, "keydown", (event) => {
    const wanted = { ArrowLeft: taken - 1, ArrowRight: taken + 1, Home: 0, End: last }[/** @type {string} */ (event.key)];
    if (wanted === undefined || event.target === speed) return;
    by(wanted);
    event.preventDefault();
  });
  go(0, true);
  return { element, go, pause };
};

/** @type {(step: Step | undefined, taken: number, last: number) => string} */
const words = (step, taken, last) => {
  const count = `${taken.toLocaleString("en")} of ${last.toLocaleString("en")}`;
  if (!step) return `${count}, nothing yet`;
  const at = step.time ? `, ${time(step.time)}` : "";
  return `${count}, request ${step.exchange.number + 1}${at}`;
};
