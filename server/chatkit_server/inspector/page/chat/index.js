// The chat, as small as it can be: what was said as text, a line to say something, and a button that stops.
// @ts-check

import { h, replace } from "../dom.js";

export class Chat extends HTMLElement {
  /** @type {import("../model/session.js").Session} */
  session = /** @type {any} */ (null);

  connectedCallback() {
    this.session.addEventListener("change", () => this.#draw());
    this.items = h("ol", { class: "ck-items" });
    this.text = h("textarea", { class: "ck-field", rows: 1, "aria-label": "Message" });
    const send = () => {
      const text = this.text?.value.trim();
      if (!text || this.session.streaming) return;
      /** @type {any} */ (this.text).value = "";
      this.session.send({ parts: [{ type: "input_text", text }] });
    };
    const submit = (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      send();
    };
    const keydown = (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Enter" && !event.shiftKey) submit(/** @type {any} */ (event));
    };
    this.text.addEventListener("keydown", keydown);
    this.stop = h("button", { class: "ck-button", type: "button", text: "Stop", on: { click: () => this.session.stop() } });
    replace(this, this.items, h("form", { class: "ck-composer", on: { submit } }, this.text, h("button", { class: "ck-button ck-primary", text: "Send" }), this.stop));
    this.#draw();
  }

  #draw() {
    const { view, streaming } = this.session;
    if (this.stop) this.stop.hidden = !streaming;
    if (this.items) replace(this.items, [...view.items.values()].map((item) => h("li", { dataset: { type: item.type, id: item.id } }, shown(item))));
  }
}

/** @param {any} item */
const shown = (item) => (item.content?.map ? item.content.map((/** @type {any} */ part) => part.text).join("") : JSON.stringify(item));

customElements.define("ck-chat", Chat);
