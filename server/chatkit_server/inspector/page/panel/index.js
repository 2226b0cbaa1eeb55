// The wire, as small as it can be: one line for each exchange.
// @ts-check

import { h, oncePerFrame, replace } from "../dom.js";

export class Wire extends HTMLElement {
  /** @type {import("../wire/log.js").WireLog} */
  log = /** @type {any} */ (null);
  /** @type {import("../model/session.js").Session} */
  session = /** @type {any} */ (null);
  /** @type {import("../wire/tools.js").Tools} */
  tools = /** @type {any} */ (null);

  connectedCallback() {
    const draw = oncePerFrame(() => this.#draw());
    for (const name of ["open", "frame", "close", "findings", "reset"]) this.log.addEventListener(name, draw);
    draw();
  }

  #draw() {
    replace(this, h("ol", {}, this.log.exchanges.map((one) => h("li", { text: `${one.kind} ${one.status} ${one.frames.length} frames ${one.state}` }))));
  }
}

customElements.define("ck-wire", Wire);
