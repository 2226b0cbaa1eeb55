// The dialog in which the user chooses how the page talks to its server.
// @ts-check

import { h } from "./dom.js";

export class SettingsDialog extends HTMLElement {
  /**
   * @param {import("./model/settings.js").Settings} settings
   * @param {import("./model/session.js").Session} session
   */
  constructor(settings, session) {
    super();
    this.settings = settings;
    this.session = session;
  }

  /** Show it. */
  open() {
    this.replaceChildren(h("dialog", { class: "ck-dialog", "aria-label": "Settings" }));
    /** @type {HTMLDialogElement} */ (this.firstElementChild).showModal();
  }
}

customElements.define("ck-settings", SettingsDialog);
