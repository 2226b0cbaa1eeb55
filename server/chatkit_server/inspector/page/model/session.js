// The state of the chat, and everything that a user can do in it: each action is a request, its events fold into the view.
// @ts-check

import { Answering, refused } from "./answering.js";
import { Changes } from "./changes.js";
import { apply, emptyView } from "./fold.js";
import { History } from "./history.js";
import { draft, upload } from "./uploads.js";

/** @typedef {import("./fold.js").View} View */
/** @typedef {import("./uploads.js").Draft} Draft */
/** @typedef {{parts: any[], tags?: any[], attachments?: string[], quote?: string, tool?: string, model?: string}} Message */
/** @typedef {(args: any, call: any) => unknown} ClientTool */

const PENDING = "pending";
const SAID = new Set(["threads.create", "threads.add_user_message"]);

/**
 * What a chat shows and does. Tells of `change`, detail `{what, ids}`, once a frame of the screen; `what` is one of
 * items, thread, threads, streaming, progress, notice, effect, error, settings, clientTool, attachments.
 */
export class Session extends Changes {
  /** The folded thread, with what passed besides. @type {View} */
  view = emptyView();
  /** What the user has just said, until the server repeats it. @type {any} */
  pending = null;
  /** What the thread that is shown is called; null before the first message. @type {string | null} */
  threadId = null;
  /** Whether an answer is being written. */
  streaming = false;
  /** Whether a file is stepped through: nothing can be said then. */
  replaying = false;
  /** Whether the server asked for a token, or did not believe it. */
  unauthorized = false;
  /** Thumbs, by item. @type {Map<string, "positive" | "negative">} */
  rated = new Map();
  /** The files in the composer. @type {Draft[]} */
  attachments = [];
  /** The tools of the page, by name; what is not here is answered as the settings say. @type {Map<string, ClientTool>} */
  clientTools = new Map();
  /** The call of a tool of the page that waits for the user. @type {any} */
  waitingCall = null;

  /** @type {View | null} */
  #live = null;

  /** @param {{client: import("../wire/client.js").Client, settings: import("./settings.js").Settings}} parts */
  constructor({ client, settings }) {
    super();
    this.client = client;
    this.settings = settings;
    this.past = new History(this);
    this.answers = new Answering(this);
    settings.addEventListener("change", () => this.#chosen());
  }

  /** The thread that is shown, as the server told it last. */
  get thread() {
    return this.view.thread;
  }

  /** The pages of the history. */
  get threads() {
    return this.past.threads;
  }

  /** Whether the user may write. */
  get writable() {
    const status = this.thread?.status?.type ?? "active";
    return !this.replaying && status === "active";
  }

  /**
   * Say something, in the thread that is shown or in a new one.
   *
   * @param {Message} message
   */
  send({ parts, tags = [], attachments, quote, tool, model }) {
    const files = this.attachments.filter((one) => one.state === "done");
    const input = {
      content: [...parts, ...tags],
      attachments: attachments ?? files.map((one) => one.id),
      ...(quote ? { quoted_text: quote } : {}),
      inference_options: { ...(tool ? { tool_choice: { id: tool } } : {}), ...(model ? { model } : {}) },
    };
    this.pending = { id: PENDING, type: "user_message", created_at: new Date().toISOString(), ...input };
    this.pending.attachments = files.map((one) => one.attachment);
    this.attachments = this.attachments.filter((one) => !files.includes(one));
    this.changed("attachments");
    this.changed("items", [PENDING]);
    const thread = this.threadId;
    return this.answers.ask(
      thread
        ? { type: "threads.add_user_message", params: { thread_id: thread, input } }
        : { type: "threads.create", params: { input } },
    );
  }

  /** Stop the answer: as in the widget, by going away. */
  stop() {
    this.answers.stop();
  }

  /**
   * Answer a message again, or send again what could not be sent.
   *
   * @param {string | null} [itemId] a user message; without it, what the last request was about
   */
  retry(itemId) {
    const heard = itemId && itemId !== PENDING ? itemId : this.#heard();
    if (!heard) return this.answers.last ? this.answers.ask(this.answers.last) : Promise.resolve();
    const ids = [...this.view.items.keys()];
    const gone = ids.slice(ids.indexOf(heard) + 1);
    for (const id of gone) this.view.items.delete(id);
    this.changed("items", gone);
    return this.answers.ask({ type: "threads.retry_after_item", params: { thread_id: this.threadId, item_id: heard } });
  }

  /** The message that the last request brought and the server has: sent again, it would stand there twice. */
  #heard() {
    if (this.pending || !SAID.has(/** @type {any} */ (this.answers.last)?.type)) return undefined;
    return [...this.view.items.values()].findLast((item) => item.type === "user_message")?.id;
  }

  /**
   * Run an action of a widget; what only the page handles is told as an effect.
   *
   * @param {{type: string, payload?: unknown, handler?: string, streaming?: boolean}} action
   * @param {{itemId?: string, component?: unknown, streaming?: boolean}} [from]
   * @returns {Promise<void>} when its answer has come to its end
   */
  async act(action, { itemId, streaming = action.streaming ?? true } = {}) {
    if (action.handler === "client") {
      this.view.effects.push({ name: action.type, data: action.payload ?? null });
      this.changed("effect");
      return;
    }
    if (!this.threadId || this.replaying) return;
    const sent = { type: action.type, ...(action.payload === undefined ? {} : { payload: action.payload }) };
    const params = { thread_id: this.threadId, ...(itemId ? { item_id: itemId } : {}), action: sent };
    if (streaming) {
      await this.answers.ended; // one answer after the other
      await this.answers.ask({ type: "threads.custom_action", params });
      return;
    }
    const told = await this.reply({ type: "threads.sync_custom_action", params });
    if (told?.updated_item) this.take({ type: "thread.item.replaced", item: told.updated_item });
  }

  /**
   * Answer the questions of a structured input, or skip them.
   *
   * @param {string} itemId
   * @param {{status: "answered" | "skipped", answers: Record<string, {values: string[], skipped?: boolean}>}} submission
   */
  answer(itemId, submission) {
    const params = { thread_id: this.threadId, item_id: itemId, input: submission };
    return this.answers.ask({ type: "threads.add_structured_input", params });
  }

  /**
   * Give the result of the page's tool that was called.
   *
   * @param {unknown} result any JSON
   */
  toolOutput(result) {
    this.waitingCall = null;
    this.changed("clientTool");
    this.#answered(result ?? null);
    const params = { thread_id: this.threadId, result: result ?? null };
    return this.answers.ask({ type: "threads.add_client_tool_output", params });
  }

  /**
   * Show the call as answered, as the server keeps it from now on: no event tells of it.
   *
   * @param {unknown} output
   */
  #answered(output) {
    const call = [...this.view.items.values()].findLast((item) => item.type === "client_tool_call" && item.status === "pending");
    if (!call) return;
    Object.assign(call, { status: "completed" }, output === null ? {} : { output });
    this.changed("items", [call.id]);
  }

  /**
   * Give a thumb for items.
   *
   * @param {string[]} itemIds
   * @param {"positive" | "negative"} kind
   */
  async feedback(itemIds, kind) {
    const params = { thread_id: this.threadId, item_ids: itemIds, kind };
    if ((await this.reply({ type: "items.feedback", params })) === null) return;
    for (const id of itemIds) this.rated.set(id, kind);
    this.changed("items", itemIds);
  }

  /**
   * Put a file into the composer and send it on its way.
   *
   * @param {File} file
   * @returns {Promise<Draft>} when it is there, or has failed
   */
  attach(file) {
    const one = draft(file);
    this.attachments = [...this.attachments, one];
    return upload(one, file, { client: this.client, settings: this.settings, onChange: () => this.changed("attachments") });
  }

  /**
   * Take a file out of the composer, and off the server.
   *
   * @param {string} id
   */
  async detach(id) {
    const one = this.attachments.find((each) => each.id === id);
    this.attachments = this.attachments.filter((each) => each !== one);
    this.changed("attachments");
    one?.stop.abort();
    if (one?.attachment) await this.reply({ type: "attachments.delete", params: { attachment_id: one.attachment.id } });
  }

  /**
   * Turn speech into text.
   *
   * @param {Blob} audio
   * @returns {Promise<string>} empty if that failed
   */
  async transcribe(audio) {
    const bytes = new Uint8Array(await audio.arrayBuffer());
    const letters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    const params = { audio_base64: btoa(letters), mime_type: audio.type || "audio/webm" };
    return (await this.reply({ type: "input.transcribe", params }))?.text ?? "";
  }

  /** @param {string | null} id */
  openThread(id) {
    return this.past.open(id);
  }

  /** Load items before those that are shown. */
  olderItems() {
    return this.past.olderItems();
  }

  /** @param {{more?: boolean}} [how] `more` adds the next page, else the first one is read anew */
  history(how) {
    return this.past.list(how);
  }

  /**
   * @param {string} id
   * @param {string} title
   */
  rename(id, title) {
    return this.past.rename(id, title);
  }

  /** @param {string} id */
  remove(id) {
    return this.past.remove(id);
  }

  /**
   * Show another view in place of the live one, or the live one again.
   *
   * @param {View | null} view
   */
  show(view) {
    this.#live ??= this.view;
    this.replaying = view !== null;
    this.view = view ?? this.#live;
    if (!view) this.#live = null;
    this.changedAll("thread", "items", "progress", "streaming", "error");
  }

  /**
   * Show another thread, with what is known of it.
   *
   * @param {View} view
   * @param {string | null} id
   */
  turnTo(view, id) {
    this.stop();
    this.view = view;
    this.threadId = id;
    this.pending = null;
    this.waitingCall = null;
    this.unauthorized = false;
    this.changedAll("thread", "items", "progress", "error", "clientTool");
  }

  /**
   * Ask for JSON; what is refused is shown as an error.
   *
   * @param {object} request
   * @returns {Promise<any>} null if it was refused
   */
  async reply(request) {
    try {
      return await this.client.reply(request);
    } catch (error) {
      refused(this, this.view, error, false);
      return null;
    }
  }

  /**
   * Take an event into the view that is shown, or into another.
   *
   * @param {any} event
   * @param {View} [view]
   */
  take(event, view = this.#live ?? this.view) {
    const ids = apply(view, event);
    if (view !== (this.#live ?? this.view)) return;
    if (this.pending && event.type === "thread.item.done" && event.item?.type === "user_message") {
      this.pending = null;
      ids.push(PENDING);
    }
    if (event.type === "thread.created") this.past.began(event.thread);
    if (event.type === "thread.updated") this.past.renewed(event.thread);
    if (ids.length) this.changed("items", ids);
    const what = TOLD[event.type];
    if (what) this.changed(what);
    if (ids.length) this.changed("progress");
  }

  /** Take other settings; with another token, ask again for what was refused. */
  #chosen() {
    this.changed("settings");
    if (!this.unauthorized) return;
    this.unauthorized = false;
    this.view.error = null;
    this.changed("error");
    if (this.threadId && !this.view.items.size) this.openThread(this.threadId);
  }
}

/** @type {Record<string, string>} */
const TOLD = {
  "thread.created": "thread",
  "thread.updated": "thread",
  stream_options: "streaming",
  progress_update: "progress",
  client_effect: "effect",
  notice: "notice",
  error: "error",
};
