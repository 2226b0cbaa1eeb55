// The folded thread held against what the server lists: which items are the same, differ, or are on one side only.
// @ts-check

import { differences } from "./diff.js";

/** @typedef {import("../model/fold.js").View} View */
/** @typedef {import("./diff.js").Difference} Difference */
/** @typedef {"same" | "differs" | "here" | "there"} Verdict */
/**
 * @typedef {object} Compared
 * @property {string} id
 * @property {any} item of the side that has it
 * @property {Verdict} verdict
 * @property {(Difference & { why: string })[]} differences
 * @property {string} why the difference is as it should be; empty for one that nobody expects
 */

/**
 * Compare.
 *
 * @param {View} view
 * @param {any[]} rows what is stored, oldest first
 * @param {{ partly?: boolean }} [how] `partly`: the view does not hold the oldest items
 * @returns {{ items: Compared[], order: boolean }} `order`: whether both have them in the same order
 */
export const compared = (view, rows, { partly = false } = {}) => {
  const stored = new Map(rows.map((row) => [row.id, row]));
  const failed = Boolean(view.error);
  const here = [...view.items].map(([id, item]) => (stored.has(id) ? both(view, id, item, stored.get(id)) : onlyHere(view, id, item, failed)));
  const oldest = rows.findIndex(({ id }) => view.items.has(id));
  const there = rows.flatMap((row, place) => (view.items.has(row.id) ? [] : [onlyThere(row, partly && place < oldest)]));
  const common = [...view.items.keys()].filter((id) => stored.has(id));
  const listed = rows.map(({ id }) => id).filter((id) => view.items.has(id));
  return { items: [...there.filter(({ why }) => why), ...here, ...there.filter(({ why }) => !why)], order: common.every((id, place) => listed[place] === id) };
};

/** @type {(view: View, id: string, item: any, row: any) => Compared} */
const both = (view, id, item, row) => {
  const found = differences(item, row).map((one) => ({ ...one, why: reason(one) }));
  const open = view.open.has(id) ? "it is still being written" : "";
  const explained = found.length > 0 && found.every(({ why }) => why) ? "every difference is explained" : "";
  return { id, item, verdict: found.length ? "differs" : "same", differences: found, why: found.length ? open || explained : "" };
};

/** @type {(view: View, id: string, item: any, failed: boolean) => Compared} */
const onlyHere = (view, id, item, failed) => {
  const why = view.open.has(id)
    ? failed || view.done
      ? "it was announced and never done: nothing is stored of it"
      : "it is open: it is stored when it is done"
    : "";
  return { id, item, verdict: "here", differences: [], why };
};

/** @type {(row: any, older: boolean) => Compared} */
const onlyThere = (row, older) => ({ id: row.id, item: row, verdict: "there", differences: [], why: older ? "it is older than what the page has loaded" : "" });

/**
 * Why a difference is none: the same moment written in another way, the same address signed anew.
 *
 * @param {Difference} difference
 */
const reason = ({ here, there }) => {
  if (typeof here !== "string" || typeof there !== "string") return "";
  if (isMoment(here) && isMoment(there) && Date.parse(here) === Date.parse(there)) return "the same moment, written differently";
  const [one, other] = [here, there].map((text) => text.split("?")[0]);
  return /^https?:/.test(here) && one === other ? "the same address, signed anew" : "";
};

/** @param {string} text */
const isMoment = (text) => /^\d{4}-\d\d-\d\dT/.test(text);
