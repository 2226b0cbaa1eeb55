// Which stars, underscores and tildes open and which close: CommonMark's delimiter runs, matched in one pass.
// @ts-check

/** @typedef {"em" | "strong" | "del"} Kind */
/**
 * A run of one of `*`, `_`, `~`. `closes` and `opens` are what it turned out to mean; `left` characters stay as they are.
 * @typedef {{char: string, left: number, length: number, canOpen: boolean, canClose: boolean, closes: Kind[], opens: Kind[],
 *   at: number, crossed: boolean, previous: Run | null, next: Run | null}} Run
 */

const BLANK = /^[\s\uE000\uE001]?$/;
const PUNCTUATION = /^[\p{P}\p{S}]$/u;

/**
 * Tell what a run between two characters may do; "" stands for the text's edges.
 * @param {string} char
 * @param {number} length
 * @param {string} before
 * @param {string} after
 * @returns {Run}
 */
export const run = (char, length, before, after) => {
  const leftFlanking = !BLANK.test(after) && (!PUNCTUATION.test(after) || BLANK.test(before) || PUNCTUATION.test(before));
  const rightFlanking = !BLANK.test(before) && (!PUNCTUATION.test(before) || BLANK.test(after) || PUNCTUATION.test(after));
  const inWord = char === "_";
  return {
    char,
    left: length,
    length,
    canOpen: leftFlanking && (!inWord || !rightFlanking || PUNCTUATION.test(before)),
    canClose: rightFlanking && (!inWord || !leftFlanking || PUNCTUATION.test(after)),
    closes: [],
    opens: [],
    at: 0,
    crossed: false,
    previous: null,
    next: null,
  };
};

/**
 * Match runs with each other. With `open`, what is not closed at the end counts as still being written.
 * @param {Run[]} runs
 * @param {boolean} open
 */
export const match = (runs, open) => {
  chain(runs);
  /** @type {Map<string, number>} */
  const bottoms = new Map();
  /** @type {Run | null} */
  let closer = runs[0] ?? null;
  while (closer) {
    const found = closer.canClose && closer.left > 0 ? opener(closer, bottoms) : null;
    if (found) closer = pair(found, closer);
    else closer = unmatched(closer);
  }
  if (open) runs.filter(begun).forEach(leaveOpen);
};

/** @param {Run[]} runs */
const chain = (runs) => {
  runs.forEach((each, index) => {
    each.at = index;
    each.previous = runs[index - 1] ?? null;
    each.next = runs[index + 1] ?? null;
  });
};

/** Where the search for an opener ended in vain; none further down can fit a closer of the same sort. @param {Run} closer */
const sort = (closer) => `${closer.char}${closer.canOpen}${closer.length % 3}`;

/** @param {Run} closer @param {Map<string, number>} bottoms */
const opener = (closer, bottoms) => {
  const bottom = bottoms.get(sort(closer)) ?? -1;
  for (let each = closer.previous; each && each.at > bottom; each = each.previous) {
    if (each.char === closer.char && each.canOpen && each.left > 0 && fits(each, closer)) return each;
  }
  bottoms.set(sort(closer), closer.at - 1);
  return null;
};

/** @param {Run} first @param {Run} second */
const fits = (first, second) => {
  if (first.char === "~") return first.left === second.left && first.left <= 2;
  const odd = (first.canClose || second.canOpen) && (first.length + second.length) % 3 === 0;
  return !odd || (first.length % 3 === 0 && second.length % 3 === 0);
};

/** @param {Run} first @param {Run} second @returns {Run | null} */
const pair = (first, second) => {
  const size = first.char === "~" ? first.left : Math.min(first.left, second.left) >= 2 ? 2 : 1;
  /** @type {Kind} */
  const kind = first.char === "~" ? "del" : size === 2 ? "strong" : "em";
  first.opens.push(kind);
  second.closes.push(kind);
  first.left -= size;
  second.left -= size;
  for (let each = first.next; each && each !== second; each = each.next) each.crossed = true;
  first.next = second;
  second.previous = first;
  if (first.left === 0) remove(first);
  if (second.left > 0) return second;
  const next = second.next;
  remove(second);
  return next;
};

/** @param {Run} closer */
const unmatched = (closer) => {
  const next = closer.next;
  if (!closer.canOpen) remove(closer);
  return next;
};

/** @param {Run} each */
const remove = (each) => {
  if (each.previous) each.previous.next = each.next;
  if (each.next) each.next.previous = each.previous;
};

/** @param {Run} each */
const begun = (each) => each.canOpen && !each.canClose && !each.crossed && each.left > 0 && each.left <= 3 && each.opens.length + each.closes.length === 0;

/** @param {Run} each */
const leaveOpen = (each) => {
  if (each.char === "~" && each.left !== 2) return;
  if (each.left !== 2) each.opens.push(each.char === "~" ? "del" : "em");
  if (each.left >= 2) each.opens.push(each.char === "~" ? "del" : "strong");
  each.left = 0;
};
