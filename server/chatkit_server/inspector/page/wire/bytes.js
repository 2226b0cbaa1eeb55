// Bytes that arrive piece by piece, in one buffer that grows.
// @ts-check

const FIRST = 4096;

export class Bytes {
  #buffer = new Uint8Array(FIRST);
  #length = 0;

  /** @param {Uint8Array} [piece] */
  constructor(piece) {
    if (piece) this.append(piece);
  }

  get length() {
    return this.#length;
  }

  /** @param {Uint8Array} piece */
  append(piece) {
    const needed = this.#length + piece.length;
    if (needed > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#buffer.length));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(piece, this.#length);
    this.#length = needed;
  }

  /**
   * Give a part without copying it; what is appended later does not change it.
   *
   * @param {number} [start]
   * @param {number} [end]
   */
  part(start = 0, end = this.#length) {
    return this.#buffer.subarray(start, Math.min(end, this.#length));
  }

  /** Read all of it as UTF-8; what is none becomes U+FFFD. */
  text() {
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(this.part());
  }
}

/** @param {string} text */
export const encoded = (text) => new TextEncoder().encode(text);
