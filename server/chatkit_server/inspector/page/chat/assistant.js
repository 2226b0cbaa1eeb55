// What the assistant says: Markdown that grows part by part, its sources, and what can be done with it.
// @ts-check

import { h, replace } from "../dom.js";
import { copyButton } from "../text/copying.js";
import { liveMarkdown } from "../text/markdown.js";
import { numbered, sourceList } from "../text/sources.js";
import { action, thumbs } from "./actions.js";
import { PATHS } from "./icons.js";
import { selectedIn } from "./quote.js";

/** @typedef {import("../../../../../schemas/chatkit-wire").AssistantMessageItem} AssistantMessage */

/** @type {import("./around.js").MakeView} */
export const assistantMessage = (around) => {
  const text = h("div", { class: "ck-assistant-text" });
  const sources = h("div", { class: "ck-sources-place" });
  const element = h("div", { class: "ck-assistant" }, text, sources);
  /** @type {ReturnType<typeof liveMarkdown>[]} */
  const parts = [];
  let item = /** @type {AssistantMessage | null} */ (null);
  let listed = "";
  const opened = (/** @type {any} */ source) => around.note(`entity ${source.id}`, source.data);
  const feedback = thumbs(() => item?.id ?? "", around);
  const actions = h(
    "div",
    { class: "ck-actions" },
    copyButton("Copy answer", () => said(item)),
    action("Quote", PATHS.quote, () => around.quote(selectedIn(text) || said(item))),
    ...feedback.elements,
  );
  element.append(actions);

  /** @param {AssistantMessage} latest @param {{open: boolean}} state */
  const update = (latest, { open }) => {
    item = latest;
    const annotations = latest.content.map((part) => part.annotations ?? []);
    const numbers = numbered(annotations);
    const onCitation = (/** @type {any} */ _source, /** @type {number} */ number) => show(sources, number);
    while (parts.length > latest.content.length) parts.pop()?.element.remove();
    latest.content.forEach((part, index) => {
      if (!parts[index]) {
        parts[index] = liveMarkdown({ allowedImage: around.allowedImage, onCitation });
        text.append(parts[index].element);
      }
      parts[index].update(String(part.text ?? ""), { annotations: annotations[index], numbers, open: open && index === latest.content.length - 1 });
    });
    const known = JSON.stringify(numbers.sources);
    if (known !== listed) replace(sources, sourceList(numbers, opened));
    listed = known;
    actions.hidden = open;
    feedback.show();
  };
  return { element, update };
};

/** @param {AssistantMessage | null} item */
const said = (item) => (item?.content ?? []).map((part) => part.text ?? "").join("\n\n");

/** @param {HTMLElement} sources @param {number} number */
const show = (sources, number) => {
  const entry = sources.querySelector(`[data-number="${number}"]`);
  if (entry instanceof HTMLElement) entry.focus();
};
