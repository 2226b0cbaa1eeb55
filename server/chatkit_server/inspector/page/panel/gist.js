// What a message says, in one line: the part of an event, a request or a reply that tells it from its neighbours.
// @ts-check

/** @typedef {Record<string, any>} JSONObject */
/** @typedef {"thread" | "item" | "update" | "passing" | "error" | "notice" | "odd"} Family */

const LONGEST = 160;

/**
 * The gist of an event.
 *
 * @param {JSONObject | null} event
 * @returns {string}
 */
export const gist = (event) => {
  if (!event) return "";
  const say = EVENTS[event.type];
  return short(say ? say(event) : JSON.stringify({ ...event, type: undefined }));
};

/**
 * The type of an event as a reader wants it: of an update, what is updated.
 *
 * @param {JSONObject | null} event
 */
export const typeOf = (event) => {
  const type = typeof event?.type === "string" ? event.type : "";
  const update = event?.update?.type;
  return type === "thread.item.updated" && typeof update === "string" ? update : type;
};

/**
 * The same without what its first words say of every update of such an item.
 *
 * @param {JSONObject | null} event
 */
export const shortType = (event) => typeOf(event).replace(/^(assistant_message|widget|workflow)\./, "");

/**
 * What an event is about; one colour each.
 *
 * @param {JSONObject | null} event
 * @returns {Family}
 */
export const family = (event) => {
  const type = typeof event?.type === "string" ? event.type : "";
  if (type === "thread.item.updated") return "update";
  if (type.startsWith("thread.item.")) return "item";
  if (type.startsWith("thread.")) return "thread";
  if (type === "error" || type === "notice") return type;
  return type ? "passing" : "odd";
};

/** @param {JSONObject | null} event */
export const isDelta = (event) => typeof event?.update?.delta === "string";

/** @param {JSONObject | null} event */
export const itemOf = (event) => String(event?.item?.id ?? event?.item_id ?? "");

/** @type {Record<string, (event: JSONObject) => string>} */
const EVENTS = {
  "thread.created": ({ thread }) => of(thread?.id, thread?.title),
  "thread.updated": ({ thread }) => of(thread?.id, thread?.title, thread?.status?.type),
  "thread.item.added": ({ item }) => ofItem(item),
  "thread.item.done": ({ item }) => ofItem(item),
  "thread.item.replaced": ({ item }) => ofItem(item),
  "thread.item.removed": ({ item_id: id }) => of(id),
  "thread.item.updated": ({ item_id: id, update }) => of(ofUpdate(update ?? {}), id),
  stream_options: ({ stream_options: options }) => `allow_cancel ${options?.allow_cancel}`,
  progress_update: ({ text, icon }) => of(text, icon && `(${icon})`),
  client_effect: ({ name, data }) => of(name, JSON.stringify(data ?? {})),
  notice: ({ level, title, message }) => of(level, title, message),
  error: ({ code, message, allow_retry: retry }) => of(code, message, retry && "(may be retried)"),
};

/** @type {Record<string, (item: JSONObject) => unknown>} */
const ITEMS = {
  user_message: ({ content }) => quoted(content),
  assistant_message: ({ content }) => quoted(content),
  client_tool_call: ({ name, status, arguments: given }) => of(name, status, JSON.stringify(given ?? {})),
  widget: ({ widget }) => widget?.type,
  generated_image: ({ image }) => image?.url?.slice(0, 60),
  structured_input: ({ status, inputs }) => of(status, inputs?.[0]?.question),
  task: ({ task }) => of(task?.type, task?.title ?? task?.content),
  workflow: ({ workflow }) => of(workflow?.type, workflow?.summary?.title, `${workflow?.tasks?.length ?? 0} tasks`),
};

/** @param {JSONObject | undefined} item */
export const ofItem = (item) => of(item?.type, ITEMS[item?.type]?.(item ?? {}), item?.id);

/** @param {JSONObject} update */
const ofUpdate = (update) => {
  const place = update.content_index ?? update.task_index ?? update.component_id;
  const told = update.delta ?? update.content?.text ?? update.annotation?.source?.title ?? update.task?.title;
  const text = typeof told === "string" ? JSON.stringify(told) : (update.task?.type ?? update.widget?.type ?? "");
  return of(place === undefined ? "" : `[${place}]`, text, update.progress && `${Math.round(update.progress * 100)} %`);
};

/**
 * The gist of a request's body.
 *
 * @param {JSONObject | null} request
 */
export const gistOfRequest = (request) => {
  const params = request?.params;
  if (!params || typeof params !== "object") return "";
  const said = textOf(params.input?.content);
  if (said) return short(JSON.stringify(said));
  const rest = Object.entries(params).filter(([name, value]) => value !== null && name !== "thread_id");
  return short(rest.map(([name, value]) => `${name} ${plain(value)}`).join("  ") || String(params.thread_id ?? ""));
};

/**
 * The gist of a reply that is no stream.
 *
 * @param {any} json
 * @param {string} received
 */
export const gistOfReply = (json, received) => {
  if (json === null || json === undefined) return short(received);
  if (typeof json !== "object") return short(JSON.stringify(json));
  if (Array.isArray(json.data)) return page(json);
  if (Array.isArray(json.items?.data)) return short(of(json.id, json.title, page(json.items)));
  if (json.updated_item) return short(ofItem(json.updated_item));
  if (typeof json.message === "string") return short(of(json.code, json.message, json.path));
  return short(JSON.stringify(json));
};

/** @param {JSONObject} one */
const page = ({ data, has_more: more }) => `${data.length} in the page${more ? ", more behind it" : ""}`;

/** @param {unknown} value */
const plain = (value) => (typeof value === "string" ? value : JSON.stringify(value));

/** @param {unknown} content */
const textOf = (content) =>
  Array.isArray(content) ? content.map((part) => (typeof part?.text === "string" ? part.text : "")).join("") : "";

/** @param {unknown} content */
const quoted = (content) => (textOf(content) ? JSON.stringify(textOf(content).slice(0, LONGEST)) : "");

/** @param {unknown[]} parts */
const of = (...parts) => parts.filter((part) => part !== undefined && part !== null && part !== "" && part !== false).join(" ");

/** @param {string} text */
const short = (text) => {
  const line = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return line.replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, "⏎");
};
