// The frame of the page: a bar, the chat and the wire beside each other, a splitter between them, tabs on narrow screens.
// @ts-check

import { h, icon, on } from "./dom.js";
import "./chat/index.js";
import "./panel/index.js";
import { SettingsDialog } from "./settings-dialog.js";

const SLIDERS = "M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4";
const SUN = "M12 4V2M12 22v-2M4 12H2M22 12h-2M5.6 5.6 4.2 4.2M19.8 19.8l-1.4-1.4M5.6 18.4l-1.4 1.4M19.8 4.2l-1.4 1.4M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8z";
const PANES = { chat: "Chat", wire: "Wire" };
const STEP = 2;
const LEAST = 25;
const MOST = 75;
const SPLIT = "chatkit-inspector:split";

/** @typedef {{config: any, log: any, session: any, settings: any, tools: any}} Parts */

export class App extends HTMLElement {
  /** @type {Record<string, HTMLElement>} */
  #panes = {};
  /** @type {HTMLElement[]} */
  #tabs = [];

  /** @param {Parts} parts */
  show({ config, log, session, settings, tools }) {
    document.title = config.title;
    const chat = Object.assign(document.createElement("ck-chat"), { session, images: config.images });
    const wire = Object.assign(document.createElement("ck-wire"), { log, session, tools });
    const dialog = new SettingsDialog(settings);
    this.#panes = { chat: pane("chat", chat), wire: pane("wire", wire) };
    this.#tabs = Object.entries(PANES).map(([name, label]) => this.#tab(name, label));
    const panes = h("div", { class: "ck-panes" }, this.#panes.chat, null, this.#panes.wire);
    this.#panes.chat.after(splitter(panes));
    this.replaceChildren(h("div", {}, bar(config, settings, dialog, this.#tabs), banner(session, settings, dialog)), panes, dialog);
    this.turnTo("chat");
    on(settings, "change", () => theme(settings));
    theme(settings);
  }

  /**
   * Show one of the panes where there is room for one.
   *
   * @param {string} name
   */
  turnTo(name) {
    for (const [each, element] of Object.entries(this.#panes)) element.toggleAttribute("data-shown", each === name);
    for (const tab of this.#tabs) {
      const chosen = tab.dataset.pane === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    }
  }

  /**
   * @param {string} name
   * @param {string} label
   */
  #tab(name, label) {
    const turn = () => this.turnTo(name);
    const move = (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      const other = this.#tabs.find((tab) => tab.dataset.pane !== name);
      other?.click();
      other?.focus();
    };
    const props = { type: "button", role: "tab", id: `ck-tab-${name}`, "aria-controls": `ck-pane-${name}`, dataset: { pane: name } };
    return h("button", { ...props, on: { click: turn, keydown: move } }, label);
  }
}

/**
 * @param {string} name
 * @param {HTMLElement} content
 */
const pane = (name, content) => h("section", { class: "ck-pane", id: `ck-pane-${name}`, "aria-label": PANES[/** @type {"chat"} */ (name)] }, content);

/**
 * @param {any} config
 * @param {any} settings
 * @param {SettingsDialog} dialog
 * @param {HTMLElement[]} tabs
 */
const bar = (config, settings, dialog, tabs) =>
  h(
    "header",
    { class: "ck-bar" },
    h("h1", { text: config.title }),
    h("span", { class: "ck-where", text: new URL(settings.values.endpoint, document.baseURI).href }),
    h("span", { class: "ck-space" }),
    h("div", { class: "ck-tabs", role: "tablist", "aria-label": "What is shown" }, tabs),
    h("button", { class: "ck-button ck-quiet ck-square", type: "button", "aria-label": "Light or dark", on: { click: () => flip(settings) } }, icon(SUN)),
    h("button", { class: "ck-button ck-quiet ck-square", type: "button", "aria-label": "Settings", on: { click: () => dialog.open() } }, icon(SLIDERS)),
  );

/**
 * Say that the server wants a token, as long as it does.
 *
 * @param {any} session
 * @param {any} settings
 * @param {SettingsDialog} dialog
 */
const banner = (session, settings, dialog) => {
  const words = h("span", {});
  const ask = h("button", { class: "ck-button", type: "button", text: "Enter a token", on: { click: () => dialog.open("token") } });
  const element = h("div", { class: "ck-banner", role: "alert", hidden: true }, words, ask);
  on(session, "change", ({ detail }) => {
    if (detail.what !== "error") return;
    element.hidden = !session.unauthorized;
    words.textContent = settings.values.token ? "This server does not believe the token." : "This server has accounts: it wants a token.";
  });
  return element;
};

/** @param {any} settings */
const theme = ({ values }) => {
  if (values.theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = values.theme;
};

/** @param {any} settings */
const flip = (settings) => {
  const dark = settings.values.theme === "system" ? matchMedia("(prefers-color-scheme: dark)").matches : settings.values.theme === "dark";
  settings.set({ theme: dark ? "light" : "dark" });
};

/** @param {HTMLElement} panes */
const splitter = (panes) => {
  const kept = Number(localStorage.getItem(SPLIT)) || 50;
  const bounds = { "aria-valuemin": LEAST, "aria-valuemax": MOST, "aria-orientation": "vertical", "aria-controls": "ck-pane-chat" };
  const line = h("div", { class: "ck-splitter", role: "separator", tabIndex: 0, "aria-label": "Width of the chat", ...bounds });
  /** @param {number} share */
  const split = (share) => {
    const bounded = Math.round(Math.min(MOST, Math.max(LEAST, share)));
    panes.style.setProperty("--ck-split", `${bounded}%`);
    line.setAttribute("aria-valuenow", String(bounded));
    localStorage.setItem(SPLIT, String(bounded));
  };
  on(line, "pointerdown", (event) => line.setPointerCapture(event.pointerId));
  on(line, "pointermove", (event) => {
    if (line.hasPointerCapture(event.pointerId)) split((100 * (event.clientX - panes.offsetLeft)) / panes.offsetWidth);
  });
  on(line, "keydown", (event) => {
    const way = { ArrowLeft: -STEP, ArrowRight: STEP }[/** @type {string} */ (event.key)];
    if (way) split(Number(line.getAttribute("aria-valuenow")) + way);
  });
  split(kept);
  return line;
};

customElements.define("ck-app", App);
