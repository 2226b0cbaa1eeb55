// Events folded into the thread that a user sees: written anew from the protocol, to be held against the server's own fold.
// @ts-check

/** @typedef {import("../../../../../schemas/chatkit-wire").ThreadStreamEvent} ThreadStreamEvent */
/** @typedef {import("../../../../../schemas/chatkit-wire").ThreadItemUpdate} ThreadItemUpdate */

/**
 * @typedef {object} View
 * @property {any} thread
 * @property {Map<string, any>} items by id, in their order, open ones included
 * @property {Set<string>} open ids of items that were added and are not done
 * @property {{text: string, icon?: string} | null} progress
 * @property {{level: string, message: string, title?: string}[]} notices
 * @property {{name: string, data: any}[]} effects
 * @property {{allow_cancel: boolean} | null} options
 * @property {any[]} errors
 * @property {any} error the one that the last answer ended with
 * @property {boolean} done whether no answer is being written
 */

/** @returns {View} */
export const emptyView = () => ({
  thread: null,
  items: new Map(),
  open: new Set(),
  progress: null,
  notices: [],
  effects: [],
  options: null,
  errors: [],
  error: null,
  done: true,
});

/**
 * Take the next event. What fits nothing changes nothing.
 *
 * @param {View} view
 * @param {any} event
 * @returns {string[]} the ids of the items that changed
 */
export const apply = (view, event) => STEPS[event?.type]?.(view, event) ?? [];

const MOST_PARTS = 1000; // an index gone wrong must not fill the memory

/** @type {Record<string, (view: View, event: any) => string[] | void>} */
const STEPS = {
  "thread.created": (view, { thread }) => {
    view.thread = thread;
  },
  "thread.updated": (view, { thread }) => {
    view.thread = thread;
  },
  "thread.item.added": (view, { item }) => {
    view.items.set(item.id, structuredClone(item));
    view.open.add(item.id);
    view.progress = null;
    return [item.id];
  },
  "thread.item.done": (view, { item }) => settle(view, item),
  "thread.item.replaced": (view, { item }) => settle(view, item),
  "thread.item.updated": (view, { item_id: id, update }) => {
    const item = view.items.get(id);
    const [kind, change] = UPDATES[update?.type] ?? [];
    if (!item || !change || item.type !== kind) return [];
    change(item, update);
    return [id];
  },
  "thread.item.removed": (view, { item_id: id }) => {
    view.items.delete(id);
    view.open.delete(id);
    return [id];
  },
  stream_options: (view, { stream_options: options }) => {
    view.options = options;
  },
  progress_update: (view, { text, icon }) => {
    view.progress = icon === undefined ? { text } : { text, icon };
  },
  client_effect: (view, { name, data }) => {
    pass(view, view.effects, { name, data: data ?? {} });
  },
  notice: (view, { level, message, title }) => {
    pass(view, view.notices, { level, message, ...(title === undefined ? {} : { title }) });
  },
  error: (view, event) => {
    view.errors.push(event);
    view.error = event;
  },
};

/** @type {WeakMap<object, number>} */
const places = new WeakMap();

/**
 * Note what passes beside the items, and behind how many of them.
 *
 * @param {View} view
 * @param {object[]} list
 * @param {object} note
 */
const pass = (view, list, note) => {
  list.push(note);
  places.set(note, view.items.size);
};

/**
 * Tell how many items there were when a notice or an effect came; it is no part of it.
 *
 * @param {object} note
 * @returns {number | undefined}
 */
export const placeOf = (note) => places.get(note);

/**
 * @param {View} view
 * @param {any} item
 */
const settle = (view, item) => {
  view.items.set(item.id, structuredClone(item));
  view.open.delete(item.id);
  view.progress = null;
  return [item.id];
};

/**
 * Give a part of a message; those before it that were never announced are made up, empty.
 *
 * @param {any} item
 * @param {number} index
 */
const part = (item, index) => {
  if (!(index >= 0 && index < MOST_PARTS)) return { text: "", annotations: [] };
  while (item.content.length <= index) item.content.push({ type: "output_text", text: "", annotations: [] });
  return item.content[index];
};

/** @type {Record<string, [string, (item: any, update: any) => void]>} */
const UPDATES = {
  "assistant_message.content_part.added": [
    "assistant_message",
    (item, { content_index: index, content }) => {
      Object.assign(part(item, index), { text: content.text, annotations: [...(content.annotations ?? [])] });
    },
  ],
  "assistant_message.content_part.text_delta": [
    "assistant_message",
    (item, { content_index: index, delta }) => {
      part(item, index).text += delta;
    },
  ],
  "assistant_message.content_part.annotation_added": [
    "assistant_message",
    (item, { content_index: index, annotation_index: place, annotation }) => {
      if (place >= 0) part(item, index).annotations.splice(place, 0, annotation);
    },
  ],
  "assistant_message.content_part.done": [
    "assistant_message",
    (item, { content_index: index, content }) => {
      const one = part(item, index);
      one.text = content.text;
      if (content.annotations?.length) one.annotations = [...content.annotations];
    },
  ],
  "widget.streaming_text.value_delta": [
    "widget",
    (item, { component_id: id, delta }) => {
      const component = find(item.widget, id);
      if (component) component.value = `${component.value ?? ""}${delta}`;
    },
  ],
  "widget.root.updated": [
    "widget",
    (item, { widget }) => {
      item.widget = structuredClone(widget);
    },
  ],
  "widget.component.updated": [
    "widget",
    (item, { component_id: id, component }) => {
      const old = find(item.widget, id);
      if (!old) return;
      for (const name of Object.keys(old)) delete old[name];
      Object.assign(old, structuredClone(component));
    },
  ],
  "workflow.task.added": [
    "workflow",
    (item, { task_index: index, task }) => {
      if (index >= 0) item.workflow.tasks.splice(index, 0, task);
    },
  ],
  "workflow.task.updated": [
    "workflow",
    (item, { task_index: index, task }) => {
      if (index >= 0 && index < item.workflow.tasks.length) item.workflow.tasks[index] = task;
    },
  ],
  "generated_image.updated": [
    "generated_image",
    (item, { image, progress }) => {
      item.image = image;
      if (progress !== undefined) progresses.set(item, progress);
    },
  ],
};

/** @type {WeakMap<object, number>} */
const progresses = new WeakMap();

/**
 * Tell how far a generated image is, from 0 to 1; it is no part of the item.
 *
 * @param {object} item
 * @returns {number | undefined}
 */
export const imageProgress = (item) => progresses.get(item);

/**
 * Find the component with this id in a widget, parents before children; `children` may be a list or a single one.
 *
 * @param {any} widget
 * @param {string} id
 * @returns {any}
 */
export const find = (widget, id) => {
  const pending = [widget];
  while (pending.length) {
    const component = pending.pop();
    if (!component || typeof component !== "object" || Array.isArray(component)) continue;
    if (component.id === id) return component;
    pending.push(...(Array.isArray(component.children) ? component.children.toReversed() : [component.children]));
  }
  return undefined;
};
