// What the user chose, kept by the browser for this server, over what the server told the page to begin with.
// @ts-check

/** @typedef {{id: string, label: string, description?: string, disabled?: boolean, default?: boolean}} ModelChoice */
/** @typedef {{id: string, label: string, icon?: string, placeholder?: string}} ToolChoice */
/** @typedef {{id: string, title: string, group?: string, icon?: string, interactive?: boolean, data?: Record<string, unknown>}} Entity */
/** @typedef {{mode: "echo" | "value" | "ask", value?: unknown}} ToolHandler */

/**
 * @typedef {object} Values
 * @property {string} endpoint a URL, relative ones to the page
 * @property {string} token sent as `authorization: Bearer …`; empty: none
 * @property {Record<string, string>} headers more headers of every request
 * @property {{strategy: "two_phase" | "direct", url: string}} uploads `url` is for direct uploads
 * @property {ModelChoice[]} models those that the composer offers; empty: no choice
 * @property {ToolChoice[]} tools
 * @property {Entity[]} entities what can be tagged with `@`
 * @property {boolean} dictation
 * @property {"system" | "light" | "dark"} theme
 * @property {string} locale empty: the browser's
 * @property {Record<string, ToolHandler>} clientTools how the page answers tools of its own, by name; `*`: all others
 */

/** @type {Values} */
const DEFAULTS = {
  endpoint: "chatkit/api",
  token: "",
  headers: {},
  uploads: { strategy: "two_phase", url: "" },
  models: [],
  tools: [],
  entities: [],
  dictation: true,
  theme: "system",
  locale: "",
  clientTools: { "*": { mode: "echo" } },
};

/** Tells of `change` when something is chosen. */
export class Settings extends EventTarget {
  #key;
  /** @type {Values} */
  #before;
  /** @type {Partial<Values>} */
  #chosen;

  /**
   * @param {{endpoint?: string, settings?: Partial<Values>}} told by the server
   * @param {Storage} [storage]
   */
  constructor(told = {}, storage = localStorage) {
    super();
    this.storage = storage;
    this.#key = `chatkit-inspector:${new URL(".", document.baseURI).pathname}`;
    this.#before = { ...DEFAULTS, ...(told.endpoint ? { endpoint: told.endpoint } : {}), ...told.settings };
    this.#chosen = kept(storage, this.#key);
  }

  /** @returns {Values} */
  get values() {
    return { ...this.#before, ...this.#chosen };
  }

  /** @param {Partial<Values>} patch */
  set(patch) {
    this.#chosen = { ...this.#chosen, ...patch };
    this.storage.setItem(this.#key, JSON.stringify(this.#chosen));
    this.dispatchEvent(new CustomEvent("change", { detail: patch }));
  }

  /** Forget what was chosen. */
  reset() {
    this.#chosen = {};
    this.storage.removeItem(this.#key);
    this.dispatchEvent(new CustomEvent("change", { detail: this.#before }));
  }

  /** The headers that every request carries besides the widget's own. */
  get headers() {
    const { token, headers } = this.values;
    return { ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers };
  }

  /** Where files are uploaded directly. */
  get uploadUrl() {
    const { endpoint, uploads } = this.values;
    return uploads.url || `${endpoint}/upload`;
  }
}

/**
 * @param {Storage} storage
 * @param {string} key
 */
const kept = (storage, key) => {
  try {
    const value = JSON.parse(storage.getItem(key) ?? "{}");
    return value && typeof value === "object" ? value : {};
  } catch {
    return {};
  }
};
