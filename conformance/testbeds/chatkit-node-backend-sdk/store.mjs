// A store in memory for chatkit-node-backend-sdk: insertion order, and a copy in and out of every call.

import { AttachmentStore, Store, StoreNotFoundError } from "chatkit-node-backend-sdk";

export class MemoryStore extends Store {
  threads = new Map();
  items = new Map();
  attachments = new Map();

  async loadThread(id) { return taken(this.threads, id); }

  async saveThread(thread) {
    this.threads.set(thread.id, structuredClone(thread));
    if (!this.items.has(thread.id)) this.items.set(thread.id, new Map());
  }

  async deleteThread(id) {
    taken(this.threads, id);
    this.threads.delete(id);
    this.items.delete(id);
  }

  async loadThreads(limit, after, order) { return page(this.threads, after, limit, order); }

  async loadThreadItems(thread, after, limit, order) { return page(this.of(thread), after, limit, order); }

  async addThreadItem(thread, item) { this.of(thread).set(item.id, structuredClone(item)); }

  async saveItem(thread, item) { await this.addThreadItem(thread, item); }

  async loadItem(thread, id) { return taken(this.of(thread), id); }

  async deleteThreadItem(thread, id) { this.of(thread).delete(id); }

  async saveAttachment(attachment) { this.attachments.set(attachment.id, structuredClone(attachment)); }

  async loadAttachment(id) { return taken(this.attachments, id); }

  async deleteAttachment(id) {
    taken(this.attachments, id);
    this.attachments.delete(id);
  }

  of(thread) {
    if (!this.items.has(thread)) throw new StoreNotFoundError(thread);
    return this.items.get(thread);
  }
}

// Two-phase uploads to this very process; images get a preview.
export class Uploads extends AttachmentStore {
  constructor(base) {
    super();
    this.base = base;
  }

  async createAttachment({ name, mime_type }, context) {
    const id = this.generateAttachmentId(mime_type, context);
    const url = `${this.base}/uploads/${id}`;
    // Its types know `upload_url` alone; the descriptor that newer clients read passes through all the same.
    const fields = { id, name, mime_type, upload_url: url, upload_descriptor: { url, method: "PUT" } };
    return mime_type.startsWith("image/")
      ? { type: "image", ...fields, preview_url: url }
      : { type: "file", ...fields };
  }

  async deleteAttachment() {} // the bytes were never kept
}

function taken(rows, id) {
  if (!rows.has(id)) throw new StoreNotFoundError(id);
  return structuredClone(rows.get(id));
}

// The cursor is the id of a page's last row; an unknown one starts at the beginning.
function page(rows, after, limit, order) {
  const ids = order === "asc" ? [...rows.keys()] : [...rows.keys()].reverse();
  const start = rows.has(after) ? ids.indexOf(after) + 1 : 0;
  const wanted = ids.slice(start, start + limit);
  const more = start + limit < ids.length;
  return { data: wanted.map((id) => taken(rows, id)), has_more: more, after: more ? wanted.at(-1) : null };
}
