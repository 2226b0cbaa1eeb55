// One paragraph's text as a tree of inline Markdown: values only, no markup is ever built from it. Linear in the text's length.
// @ts-check

import { match, run } from "./emphasis.js";
import { address, angledAddress, entity, target } from "./scan.js";

const MAX_DEPTH = 24;
/** Deeper emphasis is shown without; nothing that people write gets there. */

/** @typedef {{url: string, title: string}} Definition */
/**
 * @typedef {{type: "text" | "code", text: string} | {type: "break"} | {type: "citation", number: number}
 *   | {type: "em" | "strong" | "del", children: Node[]} | {type: "link", url: string, title: string, children: Node[]}
 *   | {type: "image", url: string, title: string, children: Node[]}} Node
 */
/** @typedef {{type: "link" | "image", url: string, title: string, children: Node[]}} Box */
/**
 * @typedef {{node: Node} | {run: import("./emphasis.js").Run} | {bracket: Bracket} | {closes: true}} Token
 * @typedef {{image: boolean, runs: number, at: number, box: Box | null}} Bracket
 */

/**
 * Parse inline Markdown. With `open`, the text is still being written: what is not closed yet is shown as if it were.
 * @param {string} text
 * @param {{open?: boolean, definitions?: Map<string, Definition>}} [options]
 * @returns {Node[]}
 */
export const inline = (text, { open = false, definitions = new Map() } = {}) => {
  const state = new_state(text, open, definitions);
  while (state.at < text.length) {
    if (!READERS.get(text[state.at])?.(state)) literal(state);
  }
  match(state.runs, open);
  return tree(state.tokens);
};

/**
 * The text of nodes without their form, as an image's label has it.
 * @param {Node[]} nodes
 * @returns {string}
 */
export const plain = (nodes) =>
  nodes.map((node) => ("children" in node ? plain(node.children) : "text" in node ? node.text : node.type === "break" ? " " : "")).join("");

/** @param {string} text @param {boolean} open @param {Map<string, Definition>} definitions */
const new_state = (text, open, definitions) => ({
  text,
  open,
  definitions,
  at: 0,
  tokens: /** @type {Token[]} */ ([]),
  runs: /** @type {import("./emphasis.js").Run[]} */ ([]),
  brackets: /** @type {Bracket[]} */ ([]),
  inactive: 0,
  ticks: ticks(text),
});
/** @typedef {ReturnType<typeof new_state>} State */

/** Where runs of backticks of each length stand, in order. @param {string} text */
const ticks = (text) => {
  /** @type {Map<number, number[]>} */
  const found = new Map();
  for (const { 0: run, index } of text.matchAll(/`+/g)) {
    if (!found.has(run.length)) found.set(run.length, []);
    found.get(run.length)?.push(index);
  }
  return found;
};

/** @param {State} state @param {Node} node @param {number} end */
const put = (state, node, end) => {
  state.tokens.push({ node });
  state.at = end;
  return true;
};

const PLAIN = /[^\\`*_~[\]!<&\nhw\uE000]+/iy;

/** Take the next characters as they are. @param {State} state */
const literal = (state) => {
  PLAIN.lastIndex = state.at;
  const text = PLAIN.exec(state.text)?.[0] ?? state.text[state.at];
  put(state, { type: "text", text }, state.at + text.length);
};

/** @param {State} state */
const escape = (state) => {
  const next = state.text[state.at + 1];
  if (next === "\n") return put(state, { type: "break" }, state.at + 2);
  return next !== undefined && /[!-/:-@[-`{-~]/.test(next) && put(state, { type: "text", text: next }, state.at + 2);
};

/** @param {State} state */
const code = (state) => {
  const [{ length }] = /** @type {RegExpExecArray} */ (after(/`+/y, state));
  const begin = state.at + length;
  const places = state.ticks.get(length) ?? [];
  const close = places[upper(places, state.at)];
  if (close === undefined && !state.open) return put(state, { type: "text", text: "`".repeat(length) }, begin);
  const { text, numbers } = uncited(state.text.slice(begin, close).replaceAll("\n", " "));
  const padded = close !== undefined && text.startsWith(" ") && text.endsWith(" ") && text.trim() !== "";
  put(state, { type: "code", text: padded ? text.slice(1, -1) : text }, close === undefined ? state.text.length : close + length);
  return cite(state, numbers);
};

/** Citations that stand where none can be shown are taken out, to stand behind it. @param {string} text */
export const uncited = (text) => ({
  text: text.replace(CITATION, ""),
  numbers: Array.from(text.matchAll(CITATION), ([, number]) => Number(number)),
});
const CITATION = /\uE000(\d+)\uE001/g;

/** @param {State} state @param {number[]} numbers */
const cite = (state, numbers) => {
  state.tokens.push(...numbers.map((number) => /** @type {Token} */ ({ node: { type: "citation", number } })));
  return true;
};

/** The index of the first of sorted `places` beyond `at`. @param {number[]} places @param {number} at */
const upper = (places, at) => {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[middle] > at) high = middle;
    else low = middle + 1;
  }
  return low;
};

/** @param {RegExp} pattern @param {State} state */
const after = (pattern, state) => {
  pattern.lastIndex = state.at;
  return pattern.exec(state.text);
};

/** @param {State} state */
const emphasis = (state) => {
  const char = state.text[state.at];
  let end = state.at;
  while (state.text[end] === char) end += 1;
  const made = run(char, end - state.at, characterBefore(state.text, state.at), characterAt(state.text, end));
  state.runs.push(made);
  state.tokens.push({ run: made });
  state.at = end;
  return true;
};

/** @param {string} text @param {number} at */
const characterAt = (text, at) => (at < text.length ? String.fromCodePoint(/** @type {number} */ (text.codePointAt(at))) : "");

/** @param {string} text @param {number} at */
const characterBefore = (text, at) => {
  const half = at > 1 && text[at - 1] >= "\uDC00" && text[at - 1] <= "\uDFFF";
  return at > 0 ? characterAt(text, half ? at - 2 : at - 1) : "";
};

/** @param {State} state @param {boolean} image */
const opening = (state, image) => {
  const bracket = { image, runs: state.runs.length, at: state.at + (image ? 2 : 1), box: null };
  state.brackets.push(bracket);
  state.tokens.push({ bracket });
  state.at = bracket.at;
  return true;
};

/** @param {State} state */
const closing = (state) => {
  const bracket = state.brackets.pop();
  const active = bracket && (bracket.image || state.brackets.length >= state.inactive);
  state.inactive = Math.min(state.inactive, state.brackets.length);
  const found = active ? target(state.text, state.at + 1) : null;
  const goal = found && (!found.open || state.open) ? found : active ? reference(state, bracket) : null;
  if (!bracket || !goal) return false;
  const { numbers } = uncited(state.text.slice(state.at, goal.end));
  const [url, title] = [found?.open ? "" : goal.url, goal.title].map((text) => uncited(text).text);
  bracket.box = { type: bracket.image ? "image" : "link", url, title, children: [] };
  match(state.runs.splice(bracket.runs), false);
  state.tokens.push({ closes: true });
  if (!bracket.image) state.inactive = state.brackets.length;
  state.at = goal.end;
  return cite(state, numbers);
};

/** `[text][label]`, `[label][]` or `[label]` of something defined elsewhere. @param {State} state @param {Bracket} bracket */
const reference = (state, bracket) => {
  if (state.definitions.size === 0) return null;
  const own = state.text.slice(bracket.at, Math.min(state.at, bracket.at + 1000));
  const [whole, label] = after(/\]\[([^[\]]{0,999})\]/y, state) ?? ["]", ""];
  const defined = state.definitions.get(normal(label || own));
  return defined ? { ...defined, end: state.at + whole.length } : null;
};

/** Labels are the same whatever their case and spacing. @param {string} label */
export const normal = (label) => label.trim().replace(/\s+/g, " ").toLowerCase();

/** @param {State} state */
const lineEnd = (state) => {
  const last = state.tokens.at(-1);
  const node = last && "node" in last && last.node.type === "text" ? last.node : null;
  const hard = node?.type === "text" && node.text.endsWith("  ");
  if (node?.type === "text") node.text = node.text.trimEnd();
  return put(state, hard ? { type: "break" } : { type: "text", text: "\n" }, state.at + 1);
};

/** @param {State} state */
const angle = (state) => {
  const link = angledAddress(state.text, state.at);
  if (link) return put(state, linkTo(link.url, link.label), link.end);
  const found = after(/<br\s{0,9}\/?>/iy, state);
  return found ? put(state, { type: "break" }, state.at + found[0].length) : false;
};

/** @param {string} url @param {string} label @returns {Node} */
const linkTo = (url, label) => ({ type: "link", url, title: "", children: [{ type: "text", text: label }] });

/** @param {State} state */
const bareAddress = (state) => {
  const found = address(state.text, state.at);
  return found ? put(state, linkTo(/^www\./i.test(found) ? `https://${found}` : found, found), state.at + found.length) : false;
};

/** @param {State} state */
const character = (state) => {
  const found = entity(state.text, state.at);
  return found ? put(state, { type: "text", text: found.value }, found.end) : false;
};

/** @param {State} state */
const citation = (state) => {
  const found = after(/\uE000(\d+)\uE001/y, state);
  return found ? put(state, { type: "citation", number: Number(found[1]) }, state.at + found[0].length) : false;
};

/** @type {Map<string, (state: State) => boolean>} */
const READERS = new Map(Object.entries({
  "\\": escape,
  "`": code,
  "*": emphasis,
  _: emphasis,
  "~": emphasis,
  "[": (state) => opening(state, false),
  "!": (state) => state.text[state.at + 1] === "[" && opening(state, true),
  "]": closing,
  "\n": lineEnd,
  "<": angle,
  "&": character,
  h: bareAddress,
  H: bareAddress,
  w: bareAddress,
  W: bareAddress,
  "\uE000": citation,
}));

/** @param {Token[]} tokens @returns {Node[]} */
const tree = (tokens) => {
  /** @type {Node[][]} */
  const stack = [[]];
  const top = () => /** @type {Node[]} */ (stack.at(-1));
  /** @param {{children: Node[]} & Record<string, any>} box */
  const open = (box) => {
    const shallow = stack.length < MAX_DEPTH;
    if (shallow) top().push(/** @type {Node} */ (box));
    stack.push(shallow ? box.children : top());
  };
  for (const token of tokens) {
    if ("node" in token) append(top(), token.node);
    else if ("closes" in token) stack.pop();
    else if ("bracket" in token) token.bracket.box ? open(token.bracket.box) : append(top(), { type: "text", text: token.bracket.image ? "![" : "[" });
    else {
      token.run.closes.forEach(() => stack.pop());
      if (token.run.left > 0) append(top(), { type: "text", text: token.run.char.repeat(token.run.left) });
      token.run.opens.toReversed().forEach((type) => open({ type, children: [] }));
    }
  }
  return stack[0];
};

/** @param {Node[]} nodes @param {Node} node */
const append = (nodes, node) => {
  const last = nodes.at(-1);
  if (node.type === "text" && last?.type === "text") last.text += node.text;
  else nodes.push(node.type === "text" ? { ...node } : node);
};
