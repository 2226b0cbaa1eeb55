// The chat: a bar with the thread's title, the conversation, and the composer below it.
// @ts-check

import { h, icon, replace } from "../dom.js";
import { imagesFrom } from "../text/images.js";
import { announcer } from "./announcing.js";
import { takeFiles } from "./attachments.js";
import { composer } from "./composer.js";
import { conversation } from "./conversation.js";
import { historyDrawer } from "./history.js";
import { PATHS } from "./icons.js";
import { quoteButton } from "./quote.js";
import { greeting } from "./greeting.js";

/** The chat element; `session` is given before it is shown. */
export class Chat extends HTMLElement {
  /** @type {import("../model/session.js").Session} */
  session = /** @type {any} */ (null);
  /** From where the page's policy lets images load. @type {string[]} */
  images = [];

  connectedCallback() {
    if (this.firstChild) return;
    const { session } = this;
    const write = composer(session);
    const { images } = this;
    /** @type {import("./around.js").Around} */
    const around = {
      session,
      allowedImage: (url) => imagesFrom([...images, ...(session.thread?.allowed_image_domains ?? [])])(url),
      quote: write.quote,
      note: (what, data) => talk.note(what, data),
    };
    const talk = conversation(around);
    const drawer = historyDrawer(session);
    const middle = h("div", { class: "ck-middle" }, talk.element, talk.scrolling.button, quoteButton(talk.element, write.quote), greeting(session, write.field));
    replace(this, bar(session, drawer), middle, write.element, drawer.element, announcer(session), h("div", { class: "ck-drop-hint", "aria-hidden": "true" }, "Drop files to attach them"));
    write.element.addEventListener("submit", talk.scrolling.toEnd);
    takeFiles(this, session);
  }

}

/** @param {import("../model/session.js").Session} session @param {ReturnType<typeof historyDrawer>} drawer */
const bar = (session, drawer) => {
  const title = h("h2", { class: "ck-thread-name", dir: "auto" });
  const state = h("span", { class: "ck-state", hidden: true });
  const show = () => {
    const { thread } = session;
    title.textContent = thread ? thread.title || "Untitled thread" : "New thread";
    const type = thread?.status?.type ?? "active";
    state.hidden = type === "active";
    state.textContent = type;
  };
  session.addEventListener("change", (/** @type {any} */ { detail: { what } }) => (what === "thread" || what === "threads") && show());
  show();
  return h(
    "div",
    { class: "ck-chat-bar" },
    h("button", { type: "button", class: "ck-button ck-quiet ck-square", "aria-label": "History", title: "History", on: { click: drawer.open } }, icon(PATHS.menu)),
    title,
    state,
    h("span", { class: "ck-space" }),
    h("button", { type: "button", class: "ck-button ck-quiet ck-square", "aria-label": "New thread", title: "New thread", on: { click: () => session.openThread(null) } }, icon(PATHS.plus)),
  );
};

customElements.define("ck-chat", Chat);
