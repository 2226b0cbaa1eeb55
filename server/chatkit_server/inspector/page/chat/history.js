// The threads of the user in a drawer: opened, renamed, deleted, and a new one begun.
// @ts-check

import { h, icon, replace } from "../dom.js";
import { PATHS } from "./icons.js";
import { moment } from "./values.js";

/** @typedef {import("../model/session.js").Session} Session */
/** @typedef {import("../../../../../schemas/chatkit-wire").Thread} Thread */

/** @param {Session} session */
export const historyDrawer = (session) => {
  const list = h("ul", { class: "ck-threads" });
  const more = h("button", { type: "button", class: "ck-button ck-quiet", on: { click: () => session.history({ more: true }) } }, "Older threads");
  const state = h("p", { class: "ck-hint", role: "status" });
  const close = h("button", { type: "button", class: "ck-button ck-quiet ck-square", "aria-label": "Close history" }, icon(PATHS.close));
  const fresh = h("button", { type: "button", class: "ck-button ck-primary" }, icon(PATHS.plus), "New thread");
  const drawer = h("dialog", { class: "ck-drawer", "aria-labelledby": "ck-history-title" }, h("header", { class: "ck-drawer-bar" }, h("h2", { id: "ck-history-title" }, "History"), close), fresh, list, more, state);
  close.addEventListener("click", () => drawer.close());
  fresh.addEventListener("click", () => open(null));
  drawer.addEventListener("click", (event) => event.target === drawer && drawer.close());
  /** @param {string | null} id */
  const open = (id) => {
    drawer.close();
    void session.openThread(id);
  };
  /** The thread whose row is being renamed or asked about, which a newer list leaves alone. @type {string | null} */
  let busy = null;
  const show = () => {
    const { data, hasMore, loading, known } = session.threads;
    more.hidden = !hasMore;
    state.textContent = loading ? "Loading…" : known && data.length === 0 ? "No threads yet." : "";
    if (busy !== null && data.some(({ id }) => id === busy)) return;
    busy = null;
    const focused = /** @type {HTMLElement | null} */ (list.contains(document.activeElement) ? document.activeElement?.closest("li") : null)?.dataset.thread;
    replace(list, data.map((thread) => row(thread, session, { open, hold, show })));
    const again = focused === undefined ? null : list.querySelector(`li[data-thread="${CSS.escape(focused)}"] button`);
    if (again instanceof HTMLElement) again.focus();
  };
  const hold = (/** @type {string | null} */ id) => {
    busy = id;
  };
  drawer.addEventListener("close", () => hold(null));
  session.addEventListener("change", (/** @type {any} */ { detail: { what } }) => (what === "threads" || what === "thread") && drawer.open && show());
  return {
    element: drawer,
    open: () => {
      drawer.showModal();
      show();
      void session.history();
    },
  };
};

/** @typedef {{open: (id: string) => void, hold: (id: string | null) => void, show: () => void}} Drawer */

/** @param {Thread} thread @param {Session} session @param {Drawer} drawer */
const row = (thread, session, drawer) => {
  const title = thread.title || "Untitled";
  const choose = h("button", { type: "button", class: "ck-thread-open", on: { click: () => drawer.open(thread.id) } }, h("span", { class: "ck-thread-title", dir: "auto" }, title), status(thread), moment(thread.created_at));
  if (thread.id === session.threadId) choose.setAttribute("aria-current", "true");
  const element = h("li", { class: "ck-thread", dataset: { thread: thread.id } });
  const rename = tool(`Rename ${title}`, PATHS.edit, () => replace(element, renaming(thread, session, drawer)));
  const remove = tool(`Delete ${title}`, PATHS.trash, () => replace(element, deleting(thread, session, drawer)));
  replace(element, choose, rename, remove);
  return element;
};

/** @param {string} label @param {string} path @param {() => void} act */
const tool = (label, path, act) => h("button", { type: "button", class: "ck-button ck-quiet ck-small", title: label, "aria-label": label, on: { click: act } }, icon(path));

/** @param {Thread} thread */
const status = ({ status: { type } = { type: "active" } }) => (type === "active" ? null : h("span", { class: "ck-state" }, type));

/** @param {Thread} thread @param {Session} session @param {Drawer} drawer */
const renaming = (thread, session, drawer) => {
  drawer.hold(thread.id);
  const field = h("input", { class: "ck-field", value: thread.title ?? "", "aria-label": "New title", autocomplete: "off" });
  const form = h("form", { class: "ck-thread-form" }, field, h("button", { type: "submit", class: "ck-button ck-primary" }, "Save"));
  const done = () => {
    drawer.hold(null);
    drawer.show();
    refocus(thread.id);
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const title = field.value.trim();
    if (title && title !== thread.title) await session.rename(thread.id, title);
    done();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    done();
  });
  queueMicrotask(() => field.select());
  return form;
};

/** @param {Thread} thread @param {Session} session @param {Drawer} drawer */
const deleting = (thread, session, drawer) => {
  drawer.hold(thread.id);
  const back = () => {
    drawer.hold(null);
    drawer.show();
    refocus(thread.id);
  };
  const sure = h("button", { type: "button", class: "ck-button ck-dangerous" }, "Delete");
  sure.addEventListener("click", async () => {
    const next = /** @type {HTMLElement | null} */ (sure.closest("li")?.nextElementSibling ?? sure.closest("li")?.previousElementSibling)?.dataset.thread;
    drawer.hold(null);
    await session.remove(thread.id);
    drawer.show();
    refocus(next);
  });
  const keep = h("button", { type: "button", class: "ck-button ck-quiet", on: { click: back } }, "Keep");
  queueMicrotask(() => keep.focus());
  return h("div", { class: "ck-thread-form", role: "group", "aria-label": "Delete this thread?" }, h("span", { class: "ck-thread-title", dir: "auto" }, `Delete “${thread.title || "Untitled"}”?`), sure, keep);
};

/** @param {string | undefined} id */
const refocus = (id) => {
  const button = id === undefined ? null : document.querySelector(`.ck-thread[data-thread="${CSS.escape(id)}"] button`);
  if (button instanceof HTMLElement) button.focus();
};
