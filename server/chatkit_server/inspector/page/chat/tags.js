// Tags: after `@`, a list of what can be mentioned, chosen by keyboard or pointer; the text keeps `@Name`.
// @ts-check

import { h, icon, replace } from "../dom.js";
import { icon as named } from "../widgets/icons.js";
import { PATHS } from "./icons.js";

/** @typedef {import("../model/settings.js").Entity} Entity */

const MOST = 8;
const ID = "ck-tags";

/**
 * Cut a text into what is typed and what is tagged.
 * @param {string} text
 * @param {ReadonlySet<string>} picked ids of what was chosen from the list
 * @param {readonly Entity[]} entities
 */
export const split = (text, picked, entities) => {
  const chosen = entities.filter(({ id }) => picked.has(id)).sort((a, b) => b.title.length - a.title.length);
  /** @type {any[]} */
  const parts = [];
  let from = 0;
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    const entity = chosen.find(({ title }) => text.startsWith(title, at + 1));
    if (!entity) continue;
    if (at > from) parts.push({ type: "input_text", text: text.slice(from, at) });
    parts.push(tag(entity));
    from = at + 1 + entity.title.length;
  }
  if (from < text.length) parts.push({ type: "input_text", text: text.slice(from) });
  return parts;
};

/** @param {Entity} entity */
const tag = ({ id, title, group, data, interactive }) => ({
  type: "input_tag",
  id,
  text: title,
  data: data ?? {},
  ...(group ? { group } : {}),
  interactive: interactive ?? false,
});

/**
 * Make the list of a text field.
 * @param {HTMLElement & Record<string, any>} field
 * @param {() => readonly Entity[]} entities
 */
export const mentions = (field, entities) => {
  const list = h("ul", { class: "ck-tags", role: "listbox", id: ID, "aria-label": "Tags", hidden: true });
  /** @type {Set<string>} */
  const picked = new Set();
  /** @type {Entity[]} */
  let found = [];
  let active = 0;
  // A combobox only where there is something to choose.
  const offer = () => {
    const query = entities().length ? queryAt(field) : null;
    found = query === null ? [] : entities().filter(({ title }) => title.toLowerCase().includes(query.toLowerCase())).slice(0, MOST);
    active = 0;
    show();
  };
  const show = () => {
    list.hidden = found.length === 0;
    replace(list, found.map((entity, index) => option(entity, index, index === active, () => pick(index))));
    const attributes = { role: "combobox", "aria-controls": ID, "aria-autocomplete": "list", "aria-expanded": String(found.length > 0) };
    for (const [name, value] of Object.entries(attributes)) entities().length ? field.setAttribute(name, value) : field.removeAttribute(name);
    if (found.length) field.setAttribute("aria-activedescendant", `${ID}-${active}`);
    else field.removeAttribute("aria-activedescendant");
    list.children[active]?.scrollIntoView({ block: "nearest" });
  };
  const close = () => {
    found = [];
    show();
  };
  /** @param {number} index */
  const pick = (index) => {
    const { id, title } = found[index];
    picked.add(id);
    const end = field.selectionStart;
    const begin = field.value.lastIndexOf("@", end - 1);
    field.setRangeText(`@${title} `, begin, end, "end");
    close();
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowDown: () => (active = (active + 1) % found.length),
    ArrowUp: () => (active = (active + found.length - 1) % found.length),
    Enter: () => pick(active),
    Tab: () => pick(active),
    Escape: close,
  };
  field.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (!found.length || event.isComposing || !Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
    show();
  });
  field.addEventListener("input", offer);
  field.addEventListener("blur", close);
  show();
  return { element: list, show, picked: () => picked, forget: () => picked.clear() };
};

/** What stands between `@` and the caret; null if that is no mention. @param {Record<string, any>} field */
const queryAt = (field) => /(?:^|\s)@([^\s@][^@\n]{0,40}|)$/.exec(field.value.slice(0, field.selectionStart))?.[1] ?? null;

/** @param {Entity} entity @param {number} index @param {boolean} active @param {() => void} pick */
const option = ({ title, group, icon: sign }, index, active, pick) => {
  const label = [h("span", { dir: "auto" }, title), group ? h("small", null, group) : null];
  const made = h("li", { role: "option", id: `${ID}-${index}`, "aria-selected": active }, (sign && named(sign)) || icon(PATHS.at), ...label);
  made.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    pick();
  });
  return made;
};
