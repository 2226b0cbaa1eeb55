// The dialog in which the user chooses how the page talks to its server, and what the composer offers.
// @ts-check

import { h, on } from "./dom.js";

/** @typedef {import("./model/settings.js").Settings} Settings */
/** @typedef {import("./model/settings.js").Values} Values */

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} label
 * @property {string} [hint]
 * @property {"text" | "password" | "lines" | "choice" | "switch"} kind
 * @property {[string, string][]} [choices]
 * @property {(values: Values) => string | boolean} show
 * @property {(told: any, patch: Partial<Values>, values: Values) => void} take throws what is wrong with it
 */

/** @type {[string, Row[]][]} */
const GROUPS = [
  [
    "Server",
    [
      { name: "endpoint", label: "Endpoint", kind: "text", ...plain("endpoint") },
      { name: "token", label: "Bearer token", kind: "password", hint: "Kept in this browser, sent as the header authorization.", ...plain("token") },
      { name: "headers", label: "More headers", kind: "lines", hint: "One a line, name: value", show: ({ headers }) => lines(Object.entries(headers).map(([name, value]) => `${name}: ${value}`)), take: headersOf },
      { name: "locale", label: "Language", kind: "text", hint: "Sent as accept-language; empty: the browser’s", ...plain("locale") },
      { name: "strategy", label: "Uploads", kind: "choice", choices: [["two_phase", "two-phase: register, then send"], ["direct", "direct: send at once"]], show: ({ uploads }) => uploads.strategy, take: (told, patch, values) => void (patch.uploads = { ...values.uploads, ...patch.uploads, strategy: told }) },
      { name: "uploadUrl", label: "Address of direct uploads", kind: "text", hint: "Empty: upload below the endpoint", show: ({ uploads }) => uploads.url, take: (told, patch, values) => void (patch.uploads = { ...values.uploads, ...patch.uploads, url: told }) },
    ],
  ],
  [
    "Composer",
    [
      { name: "models", label: "Models", kind: "lines", hint: "One a line, id | label", ...listed("models", "label") },
      { name: "tools", label: "Tools", kind: "lines", hint: "One a line, id | label", ...listed("tools", "label") },
      { name: "entities", label: "What can be tagged with @", kind: "lines", hint: "One a line, id | title | group", ...listed("entities", "title", "group") },
      { name: "dictation", label: "Dictation", kind: "switch", show: ({ dictation }) => dictation, take: (told, patch) => void (patch.dictation = told) },
    ],
  ],
  [
    "Page",
    [
      { name: "theme", label: "Colours", kind: "choice", choices: [["system", "as the system"], ["light", "light"], ["dark", "dark"]], ...plain("theme") },
      { name: "clientTools", label: "Client tools", kind: "lines", hint: "One a line, name = echo, name = ask, or name = a JSON value; * stands for all others", show: ({ clientTools }) => lines(Object.entries(clientTools).map(([name, { mode, value }]) => `${name} = ${mode === "value" ? JSON.stringify(value) : mode}`)), take: handlersOf },
    ],
  ],
];

export class SettingsDialog extends HTMLElement {
  /** @param {Settings} settings */
  constructor(settings) {
    super();
    this.settings = settings;
  }

  /**
   * Show it.
   *
   * @param {string} [name] the field that the user is asked for
   */
  open(name) {
    const { values } = this.settings;
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      if (this.#save()) this.close();
    };
    const reset = () => {
      this.settings.reset();
      this.close();
    };
    this.dialog = /** @type {HTMLDialogElement} */ (
      h(
        "dialog",
        { class: "ck-dialog", "aria-labelledby": "ck-settings-title" },
        h(
          "form",
          { class: "ck-settings", noValidate: true, on: { submit } },
          h("h2", { id: "ck-settings-title", text: "Settings" }),
          h("div", { class: "ck-settings-rows" }, GROUPS.map(([title, rows]) => h("fieldset", {}, h("legend", { text: title }), rows.map((row) => field(row, values))))),
          h(
            "div",
            { class: "ck-dialog-buttons" },
            h("button", { class: "ck-button ck-quiet", type: "button", text: "Reset all", on: { click: reset } }),
            h("span", { class: "ck-space" }),
            h("button", { class: "ck-button", type: "button", text: "Cancel", on: { click: () => this.close() } }),
            h("button", { class: "ck-button ck-primary", type: "submit", text: "Save" }),
          ),
        ),
      )
    );
    this.replaceChildren(this.dialog);
    on(this.dialog, "close", () => this.replaceChildren());
    this.dialog.showModal();
    if (name) /** @type {HTMLElement | null} */ (this.querySelector(`[name="${name}"]`))?.focus();
  }

  close() {
    this.dialog?.close();
  }

  /** Take what is filled in; tell what is wrong where it is wrong. */
  #save() {
    /** @type {Partial<Values>} */
    const patch = {};
    let well = true;
    for (const row of GROUPS.flatMap(([, rows]) => rows)) {
      const input = /** @type {HTMLInputElement} */ (this.querySelector(`[name="${row.name}"]`));
      const told = row.kind === "switch" ? input.checked : input.value.trim();
      const fault = faultOf(() => row.take(told, patch, this.settings.values));
      blame(input, fault);
      if (fault && well) input.focus();
      well &&= !fault;
    }
    if (well) this.settings.set(patch);
    return well;
  }
}

/**
 * @param {Row} row
 * @param {Values} values
 */
const field = (row, values) => {
  const id = `ck-setting-${row.name}`;
  const value = row.show(values);
  const props = { id, name: row.name, "aria-describedby": `${id}-hint` };
  if (row.kind === "switch") return h("label", { class: "ck-check" }, h("input", { type: "checkbox", id, name: row.name, checked: value }), row.label);
  const input =
    row.kind === "lines"
      ? h("textarea", { class: "ck-field", rows: 2, spellcheck: false, ...props, value })
      : row.kind === "choice"
        ? h("select", { class: "ck-field", ...props }, row.choices?.map(([one, label]) => h("option", { value: one, selected: one === value, text: label })))
        : h("input", { class: "ck-field", type: row.kind, autocomplete: "off", spellcheck: false, ...props, value });
  return h("div", { class: "ck-setting" }, h("label", { for: id, text: row.label }), input, h("p", { class: "ck-hint", id: `${id}-hint`, dataset: { hint: row.hint ?? "" }, text: row.hint ?? "" }));
};

/**
 * @param {HTMLElement} input
 * @param {string} fault
 */
const blame = (input, fault) => {
  const hint = document.getElementById(`${input.id}-hint`);
  input.toggleAttribute("aria-invalid", false);
  if (fault) input.setAttribute("aria-invalid", "true");
  if (hint) hint.textContent = fault || (hint.dataset.hint ?? "");
};

/** @param {() => void} take */
const faultOf = (take) => {
  try {
    take();
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

/** @param {string[]} all */
function lines(all) {
  return all.join("\n");
}

/**
 * @param {"endpoint" | "token" | "locale" | "theme"} name
 * @returns {Pick<Row, "show" | "take">}
 */
function plain(name) {
  return {
    show: (values) => values[name],
    take: (told, patch) => {
      if (name === "endpoint") new URL(told, document.baseURI); // throws for what is none
      /** @type {any} */ (patch)[name] = told;
    },
  };
}

/**
 * @param {"models" | "tools" | "entities"} name
 * @param {...string} columns after the id
 * @returns {Pick<Row, "show" | "take">}
 */
function listed(name, ...columns) {
  return {
    show: (values) => lines(values[name].map((/** @type {any} */ one) => [one.id, ...columns.map((column) => one[column]).filter(Boolean)].join(" | "))),
    take: (told, patch, values) => {
      /** @type {any[]} */
      const before = values[name];
      /** @type {any} */ (patch)[name] = rowsOf(told).map((line) => {
        const [id, ...cells] = line.split("|").map((cell) => cell.trim());
        const given = Object.fromEntries(columns.map((column, place) => [column, cells[place]]).filter(([, cell]) => cell));
        return { ...before.find((one) => one.id === id), [columns[0]]: id, ...given, id };
      });
    },
  };
}

/** @param {string} told */
const rowsOf = (told) => told.split("\n").filter((line) => line.trim());

/**
 * @param {string} told
 * @param {Partial<Values>} patch
 */
function headersOf(told, patch) {
  const headers = new Headers(); // which refuses what is no header
  for (const line of rowsOf(told)) {
    const place = line.indexOf(":");
    if (place < 1) throw new Error(`no colon in “${line}”`);
    headers.set(line.slice(0, place).trim(), line.slice(place + 1).trim());
  }
  patch.headers = Object.fromEntries(headers);
}

/**
 * @param {string} told
 * @param {Partial<Values>} patch
 */
function handlersOf(told, patch) {
  /** @type {Values["clientTools"]} */
  const handlers = {};
  for (const line of rowsOf(told)) {
    const [name, ...rest] = line.split("=");
    const how = rest.join("=").trim();
    if (!name.trim() || !how) throw new Error(`no name and value in “${line}”`);
    handlers[name.trim()] = how === "echo" || how === "ask" ? { mode: how } : { mode: "value", value: JSON.parse(how) };
  }
  patch.clientTools = handlers;
}

customElements.define("ck-settings", SettingsDialog);
