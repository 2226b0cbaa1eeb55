// What has changed since the last frame of the screen, told once a frame: events come hundreds a second.
// @ts-check

const HIDDEN_MS = 50; // a page that is not on the screen gets no frames

/** An event target that gathers its changes: `change`, detail `{what, ids}`. */
export class Changes extends EventTarget {
  /** @type {Map<string, Set<string>>} */
  #gathered = new Map();

  /**
   * Note a change, to be told in the next frame.
   *
   * @param {string} what
   * @param {string[]} [ids] of the items that it is about
   */
  changed(what, ids = []) {
    if (!this.#gathered.size) nextFrame(() => this.#tell());
    const known = this.#gathered.get(what) ?? new Set();
    for (const id of ids) known.add(id);
    this.#gathered.set(what, known);
  }

  /** @param {...string} whats */
  changedAll(...whats) {
    for (const what of whats) this.changed(what);
  }

  #tell() {
    const told = this.#gathered;
    this.#gathered = new Map();
    for (const [what, ids] of told) this.dispatchEvent(new CustomEvent("change", { detail: { what, ids: [...ids] } }));
  }
}

/** @param {() => void} call */
const nextFrame = (call) => {
  if (document.hidden) setTimeout(call, HIDDEN_MS);
  else requestAnimationFrame(call);
};
