// What passes besides the items: notices and effects where they came, and at the end the progress or the error.
// @ts-check

import { h, icon, replace } from "../dom.js";
import { placeOf } from "../model/fold.js";
import { liveMarkdown } from "../text/markdown.js";
import { icon as named } from "../widgets/icons.js";
import { PATHS } from "./icons.js";
import { json } from "./values.js";

/** @typedef {import("./around.js").Around} Around */
/** @typedef {{level: string, message: string, title?: string}} Notice */

const LEVELS = { info: { path: PATHS.info, says: "Note" }, warning: { path: PATHS.warning, says: "Warning" }, danger: { path: PATHS.danger, says: "Danger" } };

/**
 * @param {Around} around
 * @param {HTMLElement} below the end of the conversation
 */
export const notes = (around, below) => {
  const { session } = around;
  /** @type {Map<string | null, HTMLElement[]>} */
  const placed = new Map();
  let [notices, effects, count] = [0, 0, 0];
  /** The last item, or the last one of so many. @param {number} [size] */
  const end = (size) => {
    const ids = [...session.view.items.keys()];
    return ids[Math.min(size ?? ids.length, ids.length) - 1] ?? null;
  };
  /** Put a note behind an item, or before all of them. @param {HTMLElement} element @param {string | null} id */
  const place = (element, id) => {
    placed.set(id, [...(placed.get(id) ?? []), element]);
    count += 1;
  };
  const take = () => {
    const { view } = session;
    // Where an item was taken back, what came behind it stays.
    for (const [id, elements] of placed) {
      if (id === null || view.items.has(id)) continue;
      placed.delete(id);
      for (const element of elements) place(element, end());
    }
    for (const one of view.notices.slice(notices)) place(notice(one, around), end(placeOf(one)));
    for (const one of view.effects.slice(effects)) place(effect(`effect ${one.name}`, one.data), end(placeOf(one)));
    [notices, effects] = [view.notices.length, view.effects.length];
  };
  const footer = foot(around, below);
  return {
    draw: footer,
    /** How many there are; new ones are taken in. */
    count: () => {
      take();
      return count;
    },
    /** @param {string | null} id */
    after: (id) => placed.get(id) ?? [],
    forget: () => {
      placed.clear();
      [notices, effects] = [0, 0];
    },
    /** A line about the page itself. @param {string} what @param {unknown} data */
    add: (what, data) => {
      place(effect(what, data), end());
      session.changed("note");
    },
  };
};

/** @param {Notice} told @param {Around} around */
const notice = ({ level, message, title }, around) => {
  const known = Object.hasOwn(LEVELS, level) ? level : "info";
  const { path, says } = LEVELS[/** @type {"info"} */ (known)];
  const text = liveMarkdown({ allowedImage: around.allowedImage });
  text.update(String(message ?? ""));
  const body = h("div", null, title ? h("strong", { dir: "auto" }, String(title)) : null, text.element);
  return h("div", { class: "ck-notice", role: known === "danger" ? "alert" : "status", dataset: { level: known } }, icon(path, says), body);
};

/** @param {string} what @param {unknown} data */
const effect = (what, data) => h("details", { class: "ck-effect" }, h("summary", null, icon(PATHS.effect), h("span", { dir: "auto" }, what)), json(data));

/** The end of the conversation: an error, or that an answer is being written. @param {Around} around @param {HTMLElement} below */
const foot = ({ session }, below) => {
  let shown = "";
  return () => {
    const { view, streaming } = session;
    const waiting = streaming && !view.error && view.open.size === 0;
    const now = JSON.stringify([view.error, view.progress, waiting]);
    if (now === shown) return;
    shown = now;
    replace(below, view.progress ? progress(view.progress) : waiting ? progress({ text: "" }) : null, view.error ? failure(view.error, session) : null);
  };
};

/** @param {{text: string, icon?: string}} told */
const progress = ({ text, icon: sign }) =>
  h(
    "div",
    { class: "ck-working", role: "status" },
    text ? h("span", { class: "ck-spinner" }) : null,
    sign ? named(sign) : null,
    text ? h("span", { dir: "auto" }, text) : h("span", { class: "ck-dots", role: "img", "aria-label": "An answer is being written" }, h("i"), h("i"), h("i")),
  );

/** @param {any} error @param {import("../model/session.js").Session} session */
const failure = (error, session) => {
  const retry = error.allow_retry ? h("button", { type: "button", class: "ck-button", on: { click: () => session.retry() } }, icon(PATHS.retry), "Try again") : null;
  const words = h("div", null, h("strong", { dir: "auto" }, error.message || "Something went wrong."), h("code", { class: "ck-hint" }, [error.status, error.code].filter(Boolean).join(" ")));
  return h("div", { class: "ck-notice ck-error", role: "alert", dataset: { level: "danger" } }, icon(PATHS.danger, "Error"), words, retry);
};
