// One answer after the other: sent, followed to its end, stopped; and the tool of the page that it may end with.
// @ts-check

import { Refusal } from "../wire/client.js";

/** @typedef {import("./fold.js").View} View */
/** @typedef {import("./session.js").Session} Session */

const UNAUTHORIZED = 401;

export class Answering {
  /** The request that was sent last. @type {object | null} */
  last = null;
  /** When the last answer has come to its end. @type {Promise<void>} */
  ended = Promise.resolve();
  /** @type {AbortController | null} */
  #stop = null;

  /** @param {Session} session */
  constructor(session) {
    this.session = session;
  }

  /** Stop the answer that is being written: as in the widget, by going away. */
  stop() {
    this.#stop?.abort();
  }

  /**
   * Send a request that is answered with events, and follow the answer.
   *
   * @param {object} request
   * @returns {Promise<void>} when it has come to its end
   */
  ask(request) {
    if (this.session.replaying) return Promise.resolve();
    this.last = request;
    this.ended = this.#follow(request);
    return this.ended;
  }

  /** @param {object} request */
  async #follow(request) {
    const { session } = this;
    const { view } = session;
    const stop = new AbortController();
    this.#stop = stop;
    Object.assign(session, { streaming: true, unauthorized: false });
    Object.assign(view, { error: null, progress: null, done: false });
    session.changedAll("streaming", "error", "progress");
    try {
      await session.client.stream(request, { onEvent: (event) => session.take(event, view), signal: stop.signal });
      if (stop.signal.aborted) session.changed("items", left(view));
    } catch (error) {
      refused(session, view, error, true);
    }
    Object.assign(view, { done: true, progress: null });
    if (this.#stop !== stop) return; // another answer is being written by now
    this.#stop = null;
    session.streaming = false;
    session.changedAll("streaming", "progress");
    if (!stop.signal.aborted && !view.error && view === session.view) call(session);
  }
}

/**
 * Show why a request was refused.
 *
 * @param {Session} session
 * @param {View} view
 * @param {unknown} error
 * @param {boolean} again whether trying again makes sense
 */
export const refused = (session, view, error, again) => {
  if (!(error instanceof Refusal)) throw error;
  const { status, code, message } = error;
  const allowed = status !== UNAUTHORIZED;
  session.unauthorized = !allowed;
  view.error = { type: "error", code: code || "refused", message, allow_retry: again && allowed, status };
  view.errors.push(view.error);
  if (view === session.view) session.changed("error");
};

/**
 * Leave of a stopped answer what the server keeps: messages as they stand, no widgets and workflows that are open.
 *
 * @param {View} view
 * @returns {string[]} the items that were open
 */
const left = (view) => {
  const ids = [...view.open];
  for (const id of ids) {
    const item = view.items.get(id);
    const said = item?.type === "assistant_message" && item.content.some((/** @type {any} */ one) => one.text.trim());
    if (!said) view.items.delete(id);
  }
  view.open.clear();
  return ids;
};

/**
 * Run the tool of the page that an answer ended with: as the settings say, or by what the page has for it.
 *
 * @param {Session} session
 */
const call = (session) => {
  const item = [...session.view.items.values()].at(-1);
  if (item?.type !== "client_tool_call" || item.status !== "pending") return;
  const { clientTools } = session.settings.values;
  const own = clientTools[item.name];
  const handler = own ?? clientTools["*"] ?? { mode: "ask" };
  const tool = session.clientTools.get(item.name);
  if (handler.mode === "ask") {
    session.waitingCall = item;
    session.changed("clientTool");
    return;
  }
  const echo = handler.mode === "value" ? handler.value : { name: item.name, arguments: item.arguments };
  const run = async () => (tool && own?.mode !== "value" ? tool(item.arguments, item) : echo);
  run()
    .catch((error) => ({ error: String(error) }))
    .then((result) => session.toolOutput(result));
};
