// Files for a message: picked, dropped or pasted; each shows how far it is and can be taken out again.
// @ts-check

import { h, icon } from "../dom.js";
import { name } from "../text/names.js";
import { PATHS } from "./icons.js";
import { size } from "./values.js";

/** @typedef {import("../model/session.js").Session} Session */
/** @typedef {import("../model/uploads.js").Draft} Draft */

/** @param {Session} session */
export const attachButton = (session) => {
  const picker = h("input", { type: "file", multiple: true, hidden: true, "aria-label": "Files", tabIndex: -1 });
  picker.addEventListener("change", () => {
    attachAll(session, picker.files);
    picker.value = "";
  });
  const button = h("button", { type: "button", class: "ck-button ck-quiet ck-square", "aria-label": "Attach files", title: "Attach files" }, icon(PATHS.attach));
  button.addEventListener("click", () => picker.click());
  return h("span", null, button, picker);
};

/** @param {Session} session @param {Iterable<File> | ArrayLike<File> | null | undefined} files */
const attachAll = (session, files) => {
  if (session.writable) for (const file of Array.from(files ?? [])) void session.attach(file);
};

/**
 * Take files that are dropped on the chat or pasted into it.
 * @param {HTMLElement} chat
 * @param {Session} session
 */
export const takeFiles = (chat, session) => {
  const holdsFiles = (/** @type {DragEvent} */ event) => session.writable && event.dataTransfer?.types.includes("Files");
  chat.addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    chat.classList.add("ck-dropping");
  });
  chat.addEventListener("dragleave", (event) => {
    if (!chat.contains(/** @type {Node | null} */ (event.relatedTarget))) chat.classList.remove("ck-dropping");
  });
  chat.addEventListener("drop", (event) => {
    chat.classList.remove("ck-dropping");
    if (!holdsFiles(event)) return;
    event.preventDefault();
    attachAll(session, event.dataTransfer?.files);
  });
  chat.addEventListener("paste", (event) => {
    const files = event.clipboardData?.files;
    if (!files?.length || !session.writable) return;
    event.preventDefault();
    attachAll(session, files);
  });
};

/** @param {Session} session */
export const attachmentList = (session) => {
  const list = h("ul", { class: "ck-drafts", "aria-label": "Attachments", hidden: true });
  /** @type {Map<Draft, ReturnType<typeof row>>} */
  const rows = new Map();
  const show = () => {
    const drafts = session.attachments;
    for (const [draft, { element }] of rows) {
      if (drafts.includes(draft)) continue;
      element.remove();
      rows.delete(draft);
      if (draft.preview) URL.revokeObjectURL(draft.preview);
    }
    for (const draft of drafts) {
      if (!rows.has(draft)) {
        const made = row(draft, session);
        rows.set(draft, made);
        list.append(made.element);
      }
      rows.get(draft)?.show();
    }
    list.hidden = drafts.length === 0;
  };
  session.addEventListener("change", (/** @type {any} */ { detail: { what } }) => what === "attachments" && show());
  return list;
};

/** @param {Draft} draft @param {Session} session */
const row = (draft, session) => {
  const picture = draft.preview ? h("img", { class: "ck-thumb", src: draft.preview, alt: "" }) : icon(PATHS.file);
  const about = h("small");
  const filled = h("span");
  const bar = h("div", { class: "ck-progress", role: "progressbar", "aria-label": `Upload of ${draft.name}`, "aria-valuemin": "0", "aria-valuemax": "100" }, filled);
  const drop = h("button", { type: "button", class: "ck-button ck-quiet ck-small", "aria-label": `Remove ${draft.name}`, title: "Remove" }, icon(PATHS.close));
  drop.addEventListener("click", () => session.detach(draft.id));
  const element = h("li", { class: "ck-draft" }, picture, h("span", { class: "ck-attached-name" }, name(draft.name), about, bar), drop);
  const show = () => {
    const percent = Math.round(draft.progress * 100);
    element.dataset.state = draft.state;
    about.textContent = { waiting: "waiting", uploading: `${percent} %`, done: size(draft.size), failed: draft.error }[draft.state];
    bar.hidden = draft.state !== "uploading";
    bar.setAttribute("aria-valuenow", String(percent));
    filled.style.width = `${percent}%`;
  };
  return { element, show };
};
