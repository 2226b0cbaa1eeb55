// JSON as text: written on one line as the transcripts have it, and cut into parts without reading the numbers away.
// @ts-check

// A transcript is written by Python, and what it says of a frame is true to the byte: `1.0` is not `1`, and the order of
// keys is that of the text. JSON.parse keeps neither, so that this reader gives texts for texts.

const DEEPEST = 900;
const LONGEST_INTEGER = 4300; // digits, beyond which Python refuses
const BLANK = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?/y;
const WORD = /true|false|null|NaN|-?Infinity/y;

/**
 * Write JSON on one line, without blanks, keys in their order, as Python does; null for what is no JSON.
 *
 * @param {string} text
 * @returns {string | null}
 */
export const compact = (text) => {
  try {
    return whole(text, (reader) => reader.value(0));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
};

/**
 * Whether JSON stands as `compact` writes it.
 *
 * @param {string} text
 */
export const isCompact = (text) => (!DELICATE.test(text) && branches(text) < DEEPEST && isPlain(text)) || compact(text) === text;

/** What the two languages may spell differently: then the text is read letter by letter, which takes ten times as long. */
const DELICATE = /[[:,]-?\d*(?:\d[.eE]|\d{15})|\\u/;

/** @param {string} text */
const isPlain = (text) => {
  try {
    return JSON.stringify(JSON.parse(text)) === text;
  } catch {
    return false;
  }
};

/**
 * Find where an object or an array that begins somewhere ends, as far as brackets tell.
 *
 * @param {string} text
 * @param {number} start
 */
const endOf = (text, start) => {
  let depth = 0;
  for (let place = start; place < text.length; place += 1) {
    const letter = text.charCodeAt(place);
    if (letter === QUOTE) place = endOfString(text, place);
    else if (letter === 0x7b || letter === 0x5b) depth += 1;
    else if ((letter === 0x7d || letter === 0x5d) && (depth -= 1) === 0) return place + 1;
  }
  return text.length;
};
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * @param {string} text
 * @param {number} start
 */
const endOfString = (text, start) => {
  let place = start + 1;
  while (place < text.length && text.charCodeAt(place) !== QUOTE) place += text.charCodeAt(place) === BACKSLASH ? 2 : 1;
  return place;
};

/** @param {string} text */
const branches = (text) => (text.length < DEEPEST ? 0 : (text.match(/[{[]/g)?.length ?? 0));

/**
 * Give the values of an object by name, as texts.
 *
 * @param {string} text
 * @returns {Map<string, string>}
 * @throws {SyntaxError} for what is no object
 */
export const fields = (text) => whole(text, (reader) => reader.object(0));

/**
 * Give the elements of an array, as texts.
 *
 * @param {string} text
 * @returns {string[]}
 * @throws {SyntaxError} for what is no array
 */
export const elements = (text) => whole(text, (reader) => reader.array(0));

/**
 * Write a text.
 *
 * @param {string} value
 */
export const quoted = (value) => `"${value.replace(/["\\\u0000-\u001f]/g, (letter) => ESCAPES[letter] ?? unicode(letter))}"`;

/**
 * Write a number as Python writes a float.
 *
 * @param {number} value
 */
export const float = (value) => {
  if (!Number.isFinite(value)) return String(value);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const [mantissa, power] = Math.abs(value).toExponential().split("e");
  const digits = mantissa.replace(".", "");
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${sign}${mantissa}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  return `${sign}${digits.slice(0, exponent + 1).padEnd(exponent + 1, "0")}.${digits.slice(exponent + 1) || "0"}`;
};

/** @type {Record<string, string>} */
const ESCAPES = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f", "\b": "\\b" };

/** @param {string} letter */
const unicode = (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;

/**
 * @template T
 * @param {string} text
 * @param {(reader: Reader) => T} read
 */
const whole = (text, read) => {
  const reader = new Reader(text);
  const found = read(reader);
  reader.end();
  return found;
};

class Reader {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.place = 0;
  }

  /**
   * @param {number} depth
   * @returns {string}
   */
  value(depth) {
    if (depth > DEEPEST) throw new SyntaxError("too deep");
    this.take(BLANK);
    const first = this.text[this.place];
    if (first === '"') return this.string();
    const plain = first === "{" || first === "[" ? this.plain(depth) : "";
    if (plain) return plain;
    if (first === "{") return `{${Array.from(this.object(depth), ([name, value]) => `${quoted(name)}:${value}`).join(",")}}`;
    if (first === "[") return `[${this.array(depth).join(",")}]`;
    return this.take(WORD)?.[0] ?? this.number();
  }

  /**
   * Take an object or an array as it stands, if it stands as it would be written: most do, and the browser's own reader
   * is much faster than this one.
   *
   * @param {number} depth
   */
  plain(depth) {
    const part = this.text.slice(this.place, endOf(this.text, this.place));
    if (DELICATE.test(part) || depth + branches(part) >= DEEPEST || !isPlain(part)) return "";
    this.place += part.length;
    return part;
  }

  /**
   * @param {number} depth
   * @returns {Map<string, string>}
   */
  object(depth) {
    const found = new Map();
    this.list("{", "}", () => {
      this.take(BLANK);
      const name = JSON.parse(this.string());
      this.mark(":");
      found.set(name, this.value(depth + 1));
    });
    return found;
  }

  /**
   * @param {number} depth
   * @returns {string[]}
   */
  array(depth) {
    /** @type {string[]} */
    const found = [];
    this.list("[", "]", () => found.push(this.value(depth + 1)));
    return found;
  }

  /**
   * @param {string} first
   * @param {string} last
   * @param {() => void} element
   */
  list(first, last, element) {
    this.mark(first);
    this.take(BLANK);
    if (this.text[this.place] === last) {
      this.place += 1;
      return;
    }
    do element();
    while (this.mark(",", last) === ",");
  }

  string() {
    const found = this.take(STRING);
    if (!found) throw new SyntaxError(`no text at ${this.place}`);
    return found[0].includes("\\") ? quoted(JSON.parse(found[0])) : found[0];
  }

  number() {
    const found = this.take(NUMBER);
    if (!found) throw new SyntaxError(`no value at ${this.place}`);
    if (found[1] || found[2]) return float(Number(found[0]));
    if (found[0].length > LONGEST_INTEGER) throw new SyntaxError("an integer without end");
    return found[0] === "-0" ? "0" : found[0];
  }

  /**
   * Take one of these characters.
   *
   * @param {...string} marks
   */
  mark(...marks) {
    this.take(BLANK);
    const found = this.text[this.place];
    if (!marks.includes(found)) throw new SyntaxError(`no ${marks.join(" or ")} at ${this.place}`);
    this.place += 1;
    return found;
  }

  end() {
    this.take(BLANK);
    if (this.place < this.text.length) throw new SyntaxError(`more at ${this.place}`);
  }

  /** @param {RegExp} pattern */
  take(pattern) {
    pattern.lastIndex = this.place;
    const found = pattern.exec(this.text);
    if (found) this.place = pattern.lastIndex;
    return found;
  }
}
