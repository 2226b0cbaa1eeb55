// Where the user writes: text of several lines, tags, files, a quote, a model, a tool; Enter sends.
// @ts-check

import { h, icon, replace } from "../dom.js";
import { attachButton, attachmentList } from "./attachments.js";
import { dictation } from "./dictation.js";
import { PATHS } from "./icons.js";
import { picks } from "./picks.js";
import { mentions, split } from "./tags.js";

/** @typedef {import("../model/session.js").Session} Session */

/** @param {Session} session */
export const composer = (session) => {
  const field = h("textarea", {
    class: "ck-composer-text",
    rows: 1,
    placeholder: "Message",
    "aria-label": "Message",
    enterKeyHint: "send",
    autocomplete: "off",
  });
  const tags = mentions(field, () => session.settings.values.entities);
  const quote = quoted(field);
  const chosen = picks(session.settings);
  const send = h("button", { type: "submit", class: "ck-button ck-primary ck-square ck-round", "aria-label": "Send", title: "Send (Enter)" }, icon(PATHS.send));
  const stop = h("button", { type: "button", class: "ck-button ck-square ck-round ck-stop", "aria-label": "Stop", title: "Stop" }, icon(PATHS.stop));
  stop.addEventListener("click", () => {
    session.stop();
    field.focus();
  });
  const speak = dictation(session, (text) => insert(field, text));
  const attach = attachButton(session);
  const tools = h("div", { class: "ck-composer-tools" }, attach, chosen.element, h("span", { class: "ck-space" }), speak.element, stop, send);
  const box = h("div", { class: "ck-composer-box" }, quote.element, attachmentList(session), h("div", { class: "ck-composer-field" }, field, tags.element), tools);
  const refusal = h("p", { class: "ck-locked", role: "status", hidden: true });
  const form = h("form", { class: "ck-composer", "aria-label": "Composer" }, refusal, box);

  // Sent while files are on their way, a message goes when they are there.
  let waiting = false;
  const submit = () => {
    const text = field.value.trim();
    waiting = busy(session);
    if (waiting || session.streaming || !session.writable || (!text && !ready(session))) return;
    void session.send({ parts: split(text, tags.picked(), session.settings.values.entities), quote: quote.text(), ...chosen.values() });
    field.value = "";
    tags.forget();
    quote.set("");
    grow(field);
    show();
  };
  let shown = session.view;
  const show = () => {
    const { streaming, writable } = session;
    if (shown !== session.view) quote.set(""); // it is of the thread that was shown
    shown = session.view;
    stop.hidden = !streaming || session.view.options?.allow_cancel === false;
    send.hidden = streaming && !stop.hidden;
    send.disabled = streaming || busy(session) || (!field.value.trim() && !ready(session));
    if (session.attachments.some((one) => one.state === "failed")) waiting = false;
    if (waiting && !busy(session)) queueMicrotask(submit);
    const reason = refusalOf(session);
    refusal.hidden = writable;
    replace(refusal, icon(session.replaying ? PATHS.info : PATHS.lock), h("span", { dir: "auto" }, reason));
    box.inert = !writable;
    field.disabled = !writable;
    form.classList.toggle("ck-closed", !writable);
    speak.show(session.settings.values.dictation);
    chosen.show();
    tags.show();
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  field.addEventListener("keydown", (event) => {
    // While an input method composes, Enter takes its suggestion (229: browsers that tell no more).
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
    event.preventDefault();
    form.requestSubmit();
  });
  field.addEventListener("input", () => {
    waiting = false;
    grow(field);
    show();
  });
  session.addEventListener("change", (/** @type {any} */ { detail: { what } }) => SHOWN.has(what) && show());
  show();
  return { element: form, field, quote: quote.set };
};

const SHOWN = new Set(["streaming", "thread", "attachments", "settings", "items"]);

/** @param {Session} session */
const ready = ({ attachments }) => attachments.some((one) => one.state === "done");

/** @param {Session} session */
const busy = ({ attachments }) => attachments.some((one) => one.state === "waiting" || one.state === "uploading");

/** @param {Session} session */
const refusalOf = ({ replaying, thread }) => {
  if (replaying) return "A recording is shown. Nothing can be said in it.";
  const { type, reason } = thread?.status ?? {};
  const word = type === "closed" ? "This thread is closed" : "This thread is locked";
  return reason ? `${word}: ${reason}` : `${word}.`;
};

/** @param {HTMLTextAreaElement | (HTMLElement & Record<string, any>)} field */
const grow = (field) => {
  if (CSS.supports("field-sizing", "content")) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
};

/** @param {HTMLElement & Record<string, any>} field @param {string} text */
const insert = (field, text) => {
  const gap = field.value && !/\s$/.test(field.value.slice(0, field.selectionStart)) ? " " : "";
  field.setRangeText(gap + text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
};

/** The quote above the text. @param {HTMLElement} field */
const quoted = (field) => {
  const words = h("span", { class: "ck-quoted-words", dir: "auto" });
  const drop = h("button", { type: "button", class: "ck-button ck-quiet ck-small", "aria-label": "Remove quote", title: "Remove quote" }, icon(PATHS.close));
  const element = h("div", { class: "ck-composer-quote", hidden: true }, icon(PATHS.quote), words, drop);
  let text = "";
  /** @param {string} newer */
  const set = (newer) => {
    text = newer;
    words.textContent = newer;
    element.hidden = newer === "";
    if (newer) field.focus();
  };
  drop.addEventListener("click", () => {
    set("");
    field.focus();
  });
  return { element, set, text: () => text || undefined };
};
