// Markdown's blocks: a text becomes a list of headings, paragraphs, lists, tables … Values only; each knows its lines.
// @ts-check

import { normal } from "./inline.js";
import { cells, delimiters } from "./tables.js";
import { target, unescaped } from "./scan.js";

const MAX_DEPTH = 12;
/** Quotes and lists nested deeper than this are shown as text. */

/** @typedef {"left" | "right" | "center" | ""} Align */
/** @typedef {{first: number, last: number}} Lines from the first one to before the last one */
/** @typedef {{blocks: Block[], checked: boolean | null}} ListItem */
/**
 * @typedef {Lines & ({type: "heading", level: number, text: string} | {type: "paragraph", text: string} | {type: "rule"}
 *   | {type: "code", info: string, text: string} | {type: "quote", blocks: Block[]}
 *   | {type: "list", ordered: boolean, start: number, tight: boolean, items: ListItem[]}
 *   | {type: "table", aligns: Align[], head: string[], rows: string[][]}
 *   | {type: "definition", label: string, url: string, title: string})} Block
 */
/** @typedef {(lines: string[], at: number, depth: number) => Block | null} Reader */

/**
 * Parse lines into blocks.
 * @param {string[]} lines
 * @param {number} [depth]
 * @returns {Block[]}
 */
export const blocks = (lines, depth = 0) => {
  /** @type {Block[]} */
  const found = [];
  for (let at = 0; at < lines.length; ) {
    const block = blank(lines[at]) ? null : read(lines, at, depth);
    if (block) found.push(block);
    at = block ? block.last : at + 1;
  }
  return found;
};

/** @param {string | undefined} line */
const blank = (line) => line !== undefined && line.trim() === "";

/** @type {Reader} */
const read = (lines, at, depth) => {
  for (const reader of READERS) {
    const block = reader(lines, at, depth);
    if (block) return block;
  }
  return paragraph(lines, at, depth);
};

const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/;

/** @type {Reader} */
const heading = (lines, at) => {
  const found = HEADING.exec(lines[at]);
  if (!found) return null;
  const text = (found[2] ?? "").trim();
  return { type: "heading", level: found[1].length, text: closed(text), first: at, last: at + 1 };
};

/** A heading may end in a run of `#` behind a blank. @param {string} text */
const closed = (text) => {
  let end = text.length;
  while (end > 0 && text[end - 1] === "#") end -= 1;
  return end === 0 ? "" : text[end - 1] === " " ? text.slice(0, end).trimEnd() : text;
};

const RULE = /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/;

/** @type {Reader} */
const rule = (lines, at) => (RULE.test(lines[at]) ? { type: "rule", first: at, last: at + 1 } : null);

const FENCE = /^( {0,3})(`{3,}|~{3,})(.*)$/;

/** @type {Reader} */
const fenced = (lines, at) => {
  const found = FENCE.exec(lines[at]);
  if (!found || (found[2][0] === "`" && found[3].includes("`"))) return null;
  const [, indent, fence, info] = found;
  let last = at + 1;
  while (last < lines.length && !closes(lines[last], fence)) last += 1;
  const text = lines.slice(at + 1, last).map((line) => dedent(line, indent.length)).join("\n");
  return { type: "code", info: unescaped(info.trim()), text, first: at, last: Math.min(last + 1, lines.length) };
};

/** @param {string} line @param {string} fence */
const closes = (line, fence) => {
  const found = FENCE.exec(line);
  return !!found && found[2][0] === fence[0] && found[2].length >= fence.length && found[3].trim() === "";
};

/** Take at most so many blanks from a line's beginning. @param {string} line @param {number} most */
const dedent = (line, most) => line.slice(Math.min(most, indent(line)));

/** @param {string} line */
const indent = (line) => {
  let at = 0;
  while (line[at] === " ") at += 1;
  return at;
};

/** @type {Reader} */
const indented = (lines, at) => {
  if (indent(lines[at]) < 4) return null;
  let last = at;
  for (let next = at; next < lines.length && (indent(lines[next]) >= 4 || blank(lines[next])); next += 1) {
    if (!blank(lines[next])) last = next + 1;
  }
  return { type: "code", info: "", text: lines.slice(at, last).map((line) => dedent(line, 4)).join("\n"), first: at, last };
};

const QUOTE = /^ {0,3}> ?/;

/** @type {Reader} */
const quote = (lines, at, depth) => {
  if (depth >= MAX_DEPTH || !QUOTE.test(lines[at])) return null;
  let last = at + 1;
  while (last < lines.length && (QUOTE.test(lines[last]) || lazy(lines, last))) last += 1;
  const inner = lines.slice(at, last).map((line) => line.replace(QUOTE, ""));
  return { type: "quote", blocks: blocks(inner, depth + 1), first: at, last };
};

/** Whether a line goes on with the paragraph before it, though it lacks the mark of what that stands in. @param {string[]} lines @param {number} at */
const lazy = (lines, at) => !blank(lines[at]) && !blank(lines[at - 1]) && !begins(lines[at]) && !FENCE.test(lines[at - 1].replace(QUOTE, ""));

const MARKER = /^( {0,3})(?:([-*+])|(\d{1,9})([.)]))(?:([ \t]+)|$)/;

/** Whether a line begins another block than a paragraph. @param {string} line */
const begins = (line) => HEADING.test(line) || RULE.test(line) || FENCE.test(line) || QUOTE.test(line) || MARKER.test(line);

/** @type {Reader} */
const list = (lines, at, depth) => {
  const opening = depth < MAX_DEPTH ? marker(lines[at]) : null;
  if (!opening) return null;
  /** @type {ListItem[]} */
  const items = [];
  let [last, tight] = [at, true];
  /** @type {typeof opening | null} */
  let next = opening;
  while (next && next.sort === opening.sort) {
    const begin = last;
    const { least, width } = next;
    last = itemEnd(lines, begin, least);
    const inner = [lines[begin].slice(width), ...lines.slice(begin + 1, last).map((line) => dedent(line, width))];
    const made = item(inner, depth);
    items.push(made.item);
    const following = beyondBlanks(lines, last);
    next = following < lines.length ? marker(lines[following]) : null;
    const goesOn = next?.sort === opening.sort;
    tight &&= made.tight && !(goesOn && following > last);
    if (goesOn) last = following;
    if (last === begin) break;
  }
  return { type: "list", ordered: opening.ordered, start: opening.start, tight, items, first: at, last };
};

/** What a line's list marker says; null without one. @param {string} line */
const marker = (line) => {
  const found = RULE.test(line) ? null : MARKER.exec(line);
  if (!found) return null;
  const [whole, before, bullet, number, delimiter, gap = " "] = found;
  const mark = before.length + (bullet ?? number + delimiter).length;
  const width = mark + (gap.length > 4 || whole.length === line.length ? 1 : gap.length);
  return { ordered: !bullet, sort: bullet ?? delimiter, start: Number(number ?? 1), width, least: Math.min(width, before.length + 2) };
};

/** Where an item ends whose further lines are indented by at least `least`. @param {string[]} lines @param {number} begin @param {number} least */
const itemEnd = (lines, begin, least) => {
  let last = begin + 1;
  for (let next = last; next < lines.length; next += 1) {
    if (blank(lines[next])) continue;
    const belongs = indent(lines[next]) >= least || (next === last && lazy(lines, next));
    if (!belongs) break;
    last = next + 1;
  }
  return last;
};

/** @param {string[]} lines @param {number} at */
const beyondBlanks = (lines, at) => {
  while (at < lines.length && blank(lines[at])) at += 1;
  return at;
};

const TASK = /^\[([ xX])\][ \t]+(?=\S)/;

/** @param {string[]} lines @param {number} depth @returns {{item: ListItem, tight: boolean}} */
const item = (lines, depth) => {
  const task = TASK.exec(lines[0]);
  if (task) lines[0] = lines[0].slice(task[0].length);
  const inner = blocks(lines, depth + 1);
  const tight = inner.every((block, index) => index === 0 || block.first === inner[index - 1].last);
  return { item: { blocks: inner, checked: task ? task[1] !== " " : null }, tight };
};

/** @type {Reader} */
const table = (lines, at) => {
  const aligns = lines[at].includes("|") && at + 1 < lines.length ? delimiters(lines[at + 1]) : null;
  const head = aligns ? cells(lines[at]) : [];
  if (!aligns || head.length !== aligns.length) return null;
  let last = at + 2;
  while (last < lines.length && !blank(lines[last]) && !begins(lines[last])) last += 1;
  return { type: "table", aligns, head, rows: lines.slice(at + 2, last).map((line) => cells(line).slice(0, head.length)), first: at, last };
};

const DEFINITION = /^ {0,3}\[([^[\]]{1,999})\]:[ \t]*(\S.*)$/;

/** @type {Reader} */
const definition = (lines, at) => {
  const found = DEFINITION.exec(lines[at]);
  const goal = found && !found[1].startsWith("^") ? target(`(${found[2].trim()})`, 0) : null;
  if (!found || !goal || goal.open || goal.end !== found[2].trim().length + 2) return null;
  return { type: "definition", label: normal(found[1]), url: goal.url, title: goal.title, first: at, last: at + 1 };
};

const UNDERLINE = /^ {0,3}(=+|-+)[ \t]*$/;

/** @type {Reader} */
const paragraph = (lines, at, depth) => {
  let last = at + 1;
  while (last < lines.length && !blank(lines[last])) {
    const under = UNDERLINE.exec(lines[last]);
    if (under) return { type: "heading", level: under[1][0] === "=" ? 1 : 2, text: joined(lines, at, last), first: at, last: last + 1 };
    if (interrupts(lines, last, depth)) break;
    last += 1;
  }
  return { type: "paragraph", text: joined(lines, at, last), first: at, last };
};

/** Whether a line ends the paragraph before it; a number other than 1 does not, since years and sums begin lines. @type {(lines: string[], at: number, depth: number) => boolean} */
const interrupts = (lines, at, depth) => {
  const line = lines[at];
  const mark = depth < MAX_DEPTH ? marker(line) : null;
  if (mark) return !blank(line.slice(mark.width)) && (!mark.ordered || mark.start === 1 || depth > 0);
  return HEADING.test(line) || RULE.test(line) || FENCE.test(line) || (depth < MAX_DEPTH && QUOTE.test(line)) || table(lines, at, depth) !== null;
};

/** @param {string[]} lines @param {number} first @param {number} last */
const joined = (lines, first, last) => lines.slice(first, last).map((line) => line.trimStart()).join("\n").trimEnd();

/** @type {Reader[]} */
const READERS = [heading, rule, fenced, indented, quote, list, table, definition];
