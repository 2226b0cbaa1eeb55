// The small pieces of inline Markdown that are found by looking ahead: link targets, addresses, entities. None looks at a character twice.
// @ts-check

const MAX_PARENTHESES = 32;
/** How deep parentheses nest in a link's target; CommonMark asks for at least three. */

/** @typedef {{url: string, title: string, end: number, open?: boolean}} Target */

/**
 * Read `(url "title")` at `at`; null if none is there. `open` says that the text ended before the target did.
 * @param {string} text
 * @param {number} at
 * @returns {Target | null}
 */
export const target = (text, at) => {
  if (text[at] !== "(") return null;
  const begin = blanks(text, at + 1);
  const url = text[begin] === "<" ? angled(text, begin) : bare(text, begin);
  if (!url) return null;
  if (url.end >= text.length) return { url: url.value, title: "", end: text.length, open: true };
  const gap = blanks(text, url.end);
  const title = gap > url.end ? quoted(text, gap) : null;
  const end = blanks(text, title ? title.end : url.end);
  if (end >= text.length) return { url: url.value, title: "", end: text.length, open: true };
  return text[end] === ")" ? { url: url.value, title: title?.value ?? "", end: end + 1 } : null;
};

/** @param {string} text @param {number} at */
const blanks = (text, at) => {
  while (at < text.length && (text[at] === " " || text[at] === "\n" || text[at] === "\t")) at += 1;
  return at;
};

/** @param {string} text @param {number} begin */
const angled = (text, begin) => {
  let at = begin + 1;
  while (at < text.length && text[at] !== ">" && text[at] !== "<" && text[at] !== "\n") at += text[at] === "\\" ? 2 : 1;
  if (at < text.length && text[at] !== ">") return null;
  return { value: unescaped(text.slice(begin + 1, at)), end: at + 1 };
};

/** @param {string} text @param {number} begin */
const bare = (text, begin) => {
  let depth = 0;
  let at = begin;
  for (; at < text.length; at += 1) {
    const char = text[at];
    if (char === "\\") at += 1;
    else if (char === "(") depth += 1;
    else if (char === ")") depth -= 1;
    if (char <= " " || depth < 0) break;
    if (depth > MAX_PARENTHESES) return null;
  }
  return { value: unescaped(text.slice(begin, at)), end: at };
};

/** @param {string} text @param {number} at */
const quoted = (text, at) => {
  const mark = text[at];
  if (mark !== '"' && mark !== "'") return null;
  const end = text.indexOf(mark, at + 1);
  return end < 0 ? { value: text.slice(at + 1), end: text.length } : { value: unescaped(text.slice(at + 1, end)), end: end + 1 };
};

const ADDRESS = /(?:https?:\/\/|www\.)(?:[^\s<>\uE000\]]|\](?![([]))+/iy;

/**
 * Read a bare address, without the punctuation that ends a sentence; null if none is there.
 * @param {string} text
 * @param {number} at
 * @returns {string | null}
 */
export const address = (text, at) => {
  if (at > 0 && /[\w/@.-]/.test(text[at - 1])) return null;
  ADDRESS.lastIndex = at;
  const found = ADDRESS.exec(text)?.[0];
  const whole = found && trimmed(found);
  return whole && /[\w)]$/.test(whole.replace(/\/$/, "")) && /[.:]\/?\/?\w/.test(whole) ? whole : null;
};

/** @param {string} found */
const trimmed = (found) => {
  let surplus = 0;
  for (const char of found) surplus += char === ")" ? 1 : char === "(" ? -1 : 0;
  let end = found.length;
  for (; end > 0; end -= 1) {
    const char = found[end - 1];
    if (char === ")" && surplus > 0) surplus -= 1;
    else if (!"?!.,:*_~'\"`;|]".includes(char)) break;
  }
  return found.slice(0, end);
};

const ANGLED = /<([a-z][a-z0-9+.-]{1,31}:[^\s<>]*|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)>/iy;

/**
 * Read `<https://…>` or `<someone@example.com>`; null if none is there.
 * @param {string} text
 * @param {number} at
 * @returns {{url: string, label: string, end: number} | null}
 */
export const angledAddress = (text, at) => {
  ANGLED.lastIndex = at;
  const label = ANGLED.exec(text)?.[1];
  if (!label) return null;
  return { url: label.includes(":") ? label : `mailto:${label}`, label, end: at + label.length + 2 };
};

/** @type {Map<string, string>} */
const NAMED = new Map(Object.entries({
  amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00A0", copy: "©", reg: "®", trade: "™", hellip: "…", mdash: "—",
  ndash: "–", lsquo: "‘", rsquo: "’", ldquo: "“", rdquo: "”", laquo: "«", raquo: "»", bull: "•", middot: "·", times: "×",
  deg: "°", plusmn: "±", euro: "€", pound: "£", sect: "§", para: "¶", larr: "←", rarr: "→", uarr: "↑", darr: "↓", harr: "↔",
  le: "≤", ge: "≥", ne: "≠", infin: "∞", frac12: "½", shy: "\u00AD", ensp: "\u2002", emsp: "\u2003", thinsp: "\u2009", colon: ":",
}));
const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z][a-z0-9]{1,31}));/iy;

/**
 * Read an entity such as `&amp;` or `&#8212;`; null if none that is known is there.
 * @param {string} text
 * @param {number} at
 * @returns {{value: string, end: number} | null}
 */
export const entity = (text, at) => {
  ENTITY.lastIndex = at;
  const found = ENTITY.exec(text);
  if (!found) return null;
  const [whole, decimal, hex, name] = found;
  const value = name ? NAMED.get(name) : character(parseInt(decimal ?? hex, decimal ? 10 : 16));
  return value === undefined ? null : { value, end: at + whole.length };
};

/** @param {number} code */
const character = (code) => {
  const unusable = code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) || code === 0xe000 || code === 0xe001;
  return unusable ? "\uFFFD" : String.fromCodePoint(code);
};

/**
 * Resolve backslashes and entities, as link targets, titles and info strings have them.
 * @param {string} text
 */
export const unescaped = (text) =>
  text.replace(/\\([!-/:-@[-`{-~])|&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});/gi, (whole, escaped) => escaped ?? entity(whole, 0)?.value ?? whole);
