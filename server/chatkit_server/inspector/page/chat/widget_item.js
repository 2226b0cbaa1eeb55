// A widget stands in the conversation like a message; the text to copy, if it has one, can be copied.
// @ts-check

import { h, replace } from "../dom.js";
import { copyButton } from "../text/copying.js";
import { widget } from "../widgets/index.js";

/** @type {import("./around.js").MakeView} */
export const widgetItem = (around) => {
  const place = h("div", { class: "ck-widget-place" });
  const actions = h("div", { class: "ck-actions" });
  /** @type {any} */
  let made = null;
  let copied = "";
  /** @param {any} item @param {{open: boolean}} state */
  const update = (item, { open }) => {
    if (made) made.update(item.widget);
    else {
      made = widget(item.widget, context(item.id, around));
      place.append(made);
    }
    if (item.copy_text !== copied) replace(actions, item.copy_text ? copyButton("Copy widget's text", () => item.copy_text) : null);
    copied = item.copy_text;
    actions.hidden = open;
  };
  return { element: h("div", { class: "ck-widget-item" }, place, actions), update };
};

/** @param {string} itemId @param {import("./around.js").Around} around */
const context = (itemId, { session, allowedImage }) => ({
  itemId,
  allowedImage,
  act: (/** @type {any} */ action, /** @type {any} */ source) => session.act(action, { itemId, ...source }),
  locale: session.settings.values.locale || navigator.language,
});
