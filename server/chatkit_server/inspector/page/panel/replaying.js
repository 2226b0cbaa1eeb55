// A file in place of the live wire: a banner that says so, the bar that steps through it, and the way back.
// @ts-check

import { h, on, replace } from "../dom.js";
import { counted } from "./measures.js";
import { player } from "./player.js";
import { keyOf } from "./rows.js";
import { stepsOf, walk } from "./steps.js";

/** @typedef {import("../wire/exchange.js").Exchange} Exchange */
/** @typedef {import("./steps.js").Step} Step */

/** @param {Step} step */
const keyOfStep = ({ exchange, place }) => (place < 0 ? (exchange.received ? `${exchange.id}/reply` : exchange.id) : keyOf(exchange, place));

/**
 * @param {object} options
 * @param {import("../wire/log.js").WireLog} options.log
 * @param {import("../model/session.js").Session} options.session
 * @param {(key: string) => void} options.onStep
 */
export const replaying = ({ log, session, onStep }) => {
  const element = h("div", { class: "ck-w-replay", hidden: true, role: "region", "aria-label": "A file is shown" });
  /** @type {ReturnType<typeof walk> | null} */
  let walked = null;
  /** @type {ReturnType<typeof player> | null} */
  let bar = null;
  /** @type {Map<string, number>} */
  let places = new Map();

  /** @type {(taken: number) => void} */
  const goTo = (taken) => {
    if (walked) session.show(walked.goTo(taken));
  };
  const close = () => {
    bar?.pause();
    walked = null;
    bar = null;
    element.hidden = true;
    replace(element);
    session.show(null);
    log.unload();
  };

  return {
    element,
    close,
    /** @type {(name: string, exchanges: Exchange[]) => void} */
    load: (name, exchanges) => {
      bar?.pause();
      for (const one of exchanges) one.source = "file";
      log.load(exchanges);
      const steps = stepsOf(exchanges);
      walked = walk(steps);
      places = new Map(steps.map((step, place) => [keyOfStep(step), place + 1]));
      bar = player({
        steps,
        onStep: (taken) => {
          goTo(taken);
          const step = steps[taken - 1];
          if (step) onStep(keyOfStep(step));
        },
      });
      const frames = exchanges.reduce((sum, one) => sum + one.frames.length, 0);
      const text = `${counted(exchanges.length, "request")}, ${counted(frames, "frame")}. What passes meanwhile is kept.`;
      replace(
        element,
        h("div", { class: "ck-w-banner" }, h("strong", { text: name }), h("span", { text }), h("button", { class: "ck-w-tool ck-w-strong", type: "button", text: "Close file", on: { click: close } })),
        bar.element,
      );
      element.hidden = false;
      bar.go(steps.length, true);
      goTo(steps.length);
    },
    /** @type {(key: string) => void} a row of the list was chosen: the chat shows the thread as of it */
    chosen: (key) => {
      const place = places.get(key);
      if (!walked || !bar || place === undefined || place === walked.taken) return;
      bar.pause();
      bar.go(place, true);
      goTo(place);
    },
    stop: on(log, "reset", () => {
      if (log.loaded || !walked) return;
      walked = null;
      bar?.pause();
      bar = null;
      element.hidden = true;
      session.show(null);
    }),
  };
};
