// The threads of the user, page by page, and the items of the one that is shown: read, renamed, deleted, opened again.
// @ts-check

import { emptyView } from "./fold.js";

/** @typedef {{data: any[], hasMore: boolean, after: string, loading: boolean, known: boolean}} Threads */

const PAGE = 50;
const THREADS = 20;

export class History {
  /** @type {Threads} */
  threads = { data: [], hasMore: false, after: "", loading: false, known: false };
  /** Whether there are items before those that are shown. */
  hasOlder = false;
  #before = "";
  #opening = 0;

  /** @param {import("./session.js").Session} session */
  constructor(session) {
    this.session = session;
  }

  /**
   * Show a thread with its newest items, or an empty page for a new one.
   *
   * @param {string | null} id
   * @returns {Promise<boolean>} whether it is there
   */
  async open(id) {
    const asked = (this.#opening += 1);
    this.hasOlder = false;
    this.session.turnTo(emptyView(), id);
    if (!id) return true;
    const thread = await this.session.reply({ type: "threads.get_by_id", params: { thread_id: id } });
    if (asked !== this.#opening) return false;
    if (!thread) {
      if (!this.session.unauthorized) this.session.threadId = null; // with a token it may be there
      this.session.changed("thread");
      return false;
    }
    const view = emptyView();
    view.thread = thread;
    const all = thread.items?.has_more ? await this.#newest(id) : (thread.items?.data ?? []);
    if (asked !== this.#opening) return false;
    for (const item of all) view.items.set(item.id, item);
    this.session.turnTo(view, id);
    return true;
  }

  /**
   * Load items before those that are shown.
   *
   * @param {number} [limit]
   * @returns {Promise<string[]>} their ids
   */
  async olderItems(limit = PAGE) {
    const { session } = this;
    const { view, threadId } = session;
    if (!this.hasOlder || !threadId) return [];
    this.hasOlder = false; // not twice at the same time
    const items = await this.#page(threadId, limit, this.#before);
    if (view !== session.view) return [];
    const older = new Map(items.map((item) => [item.id, item]));
    view.items = new Map([...older, ...view.items]);
    const ids = [...older.keys()];
    session.changed("items", ids);
    return ids;
  }

  /** @param {string} id */
  #newest(id) {
    return this.#page(id, PAGE);
  }

  /**
   * Read a page of items, newest first, and give them oldest first.
   *
   * @param {string} id
   * @param {number} limit
   * @param {string} [after]
   * @returns {Promise<any[]>}
   */
  async #page(id, limit, after) {
    const params = { thread_id: id, limit, order: "desc", ...(after ? { after } : {}) };
    const page = await this.session.reply({ type: "items.list", params });
    this.hasOlder = Boolean(page?.has_more);
    this.#before = page?.after ?? page?.data?.at(-1)?.id ?? "";
    return (page?.data ?? []).toReversed();
  }

  /** @param {{more?: boolean}} [how] */
  async list({ more = false } = {}) {
    const { threads, session } = this;
    if (threads.loading || (more && !threads.hasMore)) return;
    threads.loading = true;
    session.changed("threads");
    const params = { limit: THREADS, order: "desc", ...(more && threads.after ? { after: threads.after } : {}) };
    const page = await session.reply({ type: "threads.list", params });
    threads.loading = false;
    if (page) {
      threads.data = more ? [...threads.data, ...page.data] : page.data;
      Object.assign(threads, { hasMore: Boolean(page.has_more), after: page.after ?? "", known: true });
    }
    session.changed("threads");
  }

  /**
   * @param {string} id
   * @param {string} title
   */
  async rename(id, title) {
    const thread = await this.session.reply({ type: "threads.update", params: { thread_id: id, title } });
    if (thread) this.renewed(thread);
    return Boolean(thread);
  }

  /** @param {string} id */
  async remove(id) {
    const done = await this.session.reply({ type: "threads.delete", params: { thread_id: id } });
    if (!done) return false;
    this.threads.data = this.threads.data.filter((one) => one.id !== id);
    this.session.changed("threads");
    if (this.session.threadId === id) await this.open(null);
    return true;
  }

  /** @param {any} thread that has just begun */
  began(thread) {
    this.session.threadId = thread.id;
    this.threads.data = [thread, ...this.threads.data.filter((one) => one.id !== thread.id)];
    this.session.changed("threads");
  }

  /** @param {any} thread with a new title, or another status */
  renewed(thread) {
    const { session, threads } = this;
    threads.data = threads.data.map((one) => (one.id === thread.id ? { ...one, ...thread } : one));
    if (session.view.thread?.id === thread.id) session.view.thread = { ...session.view.thread, ...thread };
    session.changed("threads");
    session.changed("thread");
  }
}
