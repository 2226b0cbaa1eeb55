// Each type of item has its view; one that is unknown, or not as the protocol says, is shown as the JSON it is.
// @ts-check

import { h, replace } from "../dom.js";
import { assistantMessage } from "./assistant.js";
import { endOfTurn } from "./end.js";
import { generatedImage } from "./picture.js";
import { questions } from "./questions.js";
import { singleTask } from "./task.js";
import { toolCall } from "./tool_call.js";
import { userMessage } from "./user.js";
import { json } from "./values.js";
import { widgetItem } from "./widget_item.js";
import { workflow } from "./workflow.js";

/** @typedef {import("./around.js").Around} Around */
/** @typedef {import("./around.js").ItemView} ItemView */

/** @type {Record<string, {says: string, make: import("./around.js").MakeView}>} */
const VIEWS = {
  user_message: { says: "You", make: userMessage },
  assistant_message: { says: "Assistant", make: assistantMessage },
  widget: { says: "Widget", make: widgetItem },
  workflow: { says: "Workflow", make: workflow },
  task: { says: "Task", make: singleTask },
  generated_image: { says: "Generated image", make: generatedImage },
  structured_input: { says: "Questions", make: questions },
  client_tool_call: { says: "Call of the page", make: toolCall },
  end_of_turn: { says: "End of turn", make: endOfTurn },
};

/** @returns {ItemView} */
const unknown = () => {
  const element = h("div", { class: "ck-unknown" });
  const update = (/** @type {any} */ item) => replace(element, h("span", { class: "ck-hint" }, `An item of type “${item?.type}”`), json(item));
  return { element, update };
};

/**
 * Make the view of an item. Its element stays the same when the item changes, also when it changes its type.
 * @param {any} item
 * @param {Around} around
 * @returns {ItemView}
 */
export const itemView = (item, around) => {
  const element = h("article", { class: "ck-item", dataset: { item: String(item.id), type: String(item.type) } });
  let [type, inner] = ["", /** @type {ItemView | null} */ (null)];
  /** @param {any} latest @param {{open: boolean}} state */
  const update = (latest, state) => {
    if (!inner || latest.type !== type) {
      type = latest.type;
      inner = made(type, around, element);
    }
    if (!tried(inner, latest, state, element)) inner = null;
    element.dataset.open = String(state.open);
  };
  return { element, update };
};

/** @param {string} type @param {Around} around @param {HTMLElement} element */
const made = (type, around, element) => {
  const known = Object.hasOwn(VIEWS, type) ? VIEWS[type] : null;
  const view = known ? known.make(around) : unknown();
  element.setAttribute("aria-label", known?.says ?? "Item");
  element.dataset.type = String(type);
  replace(element, view.element);
  return view;
};

/**
 * Show an item; one that is not as its type says breaks its own view alone, which is made anew the next time.
 * @param {ItemView} view
 * @param {any} item
 * @param {{open: boolean}} state
 * @param {HTMLElement} element
 */
const tried = (view, item, state, element) => {
  try {
    view.update(item, state);
    return true;
  } catch (error) {
    const fallback = unknown();
    fallback.update(item, state);
    replace(element, fallback.element, h("p", { class: "ck-hint" }, `Not shown as what it says it is: ${error}`));
    return false;
  }
};
