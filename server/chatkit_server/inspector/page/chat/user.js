// What the user said: text with its tags, what was quoted, what was attached, and what was picked for it.
// @ts-check

import { h, icon, replace } from "../dom.js";
import { image } from "../text/images.js";
import { copyButton } from "../text/copying.js";
import { name } from "../text/names.js";
import { action } from "./actions.js";
import { PATHS } from "./icons.js";

/** @typedef {import("../../../../../schemas/chatkit-wire").UserMessageItem} UserMessage */

/** @type {import("./around.js").MakeView} */
export const userMessage = (around) => {
  const body = h("div", { class: "ck-user-body" });
  let item = /** @type {UserMessage | null} */ (null);
  const retry = action("Answer this again", PATHS.retry, () => item && around.session.retry(item.id));
  const actions = h("div", { class: "ck-actions" }, copyButton("Copy text", () => said(item)), retry);
  const update = (/** @type {UserMessage} */ latest) => {
    item = latest;
    replace(body, quoted(latest.quoted_text), bubble(latest), attached(latest, around), picked(latest.inference_options));
  };
  return { element: h("div", { class: "ck-user" }, body, actions), update };
};

/** @param {UserMessage | null} item */
const said = (item) => (item?.content ?? []).map((part) => (part.type === "input_tag" ? `@${part.text}` : part.text)).join("");

/** @param {string | undefined} text */
const quoted = (text) => (text ? h("blockquote", { class: "ck-quoted", dir: "auto" }, text) : null);

/** @param {UserMessage} item */
const bubble = (item) => (item.content.length ? h("div", { class: "ck-bubble", dir: "auto" }, item.content.map(part)) : null);

/** @param {import("../../../../../schemas/chatkit-wire").UserMessageContent} content */
const part = (content) => {
  if (content.type !== "input_tag") return String(content.text ?? "");
  const data = Object.keys(content.data ?? {}).length ? JSON.stringify(content.data) : content.id;
  return h("span", { class: "ck-tag", title: `${content.group ? `${content.group}: ` : ""}${data}`.slice(0, 500) }, "@", name(content.text));
};

/** @param {UserMessage} item @param {import("./around.js").Around} around */
const attached = (item, around) =>
  item.attachments?.length
    ? h("ul", { class: "ck-attached", "aria-label": "Attachments" }, item.attachments.map((each) => h("li", null, attachment(each, around))))
    : null;

/** @param {any} each @param {import("./around.js").Around} around */
const attachment = (each, around) => {
  const label = h("span", { class: "ck-attached-name" }, name(each.name), h("small", null, String(each.mime_type ?? "")));
  const picture = each.type === "image" && each.preview_url ? image(each.preview_url, { alt: String(each.name ?? ""), class: "ck-thumb", allowed: around.allowedImage }) : null;
  return h("span", { class: "ck-file" }, picture ?? icon(PATHS.file), label);
};

/** @param {UserMessage["inference_options"] | undefined} options */
const picked = (options) => {
  const words = [options?.model, options?.tool_choice && `tool ${options.tool_choice.id}`].filter(Boolean);
  return words.length ? h("small", { class: "ck-hint" }, words.join(" · ")) : null;
};
