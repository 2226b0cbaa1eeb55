// Values as people read them: JSON, sizes, times.
// @ts-check

import { h } from "../dom.js";

const UNITS = ["B", "KB", "MB", "GB", "TB"];
const MOST = 20000;
/** Characters of JSON that are shown; the wire beside has all of it. */

/** @param {unknown} value */
export const json = (value) => {
  const text = JSON.stringify(value, null, 2) ?? String(value);
  return h("pre", { class: "ck-json", tabIndex: 0 }, text.length > MOST ? `${text.slice(0, MOST)}…` : text);
};

/** @param {number} bytes */
export const size = (bytes) => {
  const power = bytes > 0 ? Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3)) : 0;
  const value = bytes / 1000 ** power;
  return `${power > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${UNITS[power]}`;
};

/**
 * A time of the wire: naive ones are taken as they stand, since nothing tells their zone.
 * @param {string} text
 */
export const moment = (text) => {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) return h("time", null, String(text ?? ""));
  const today = time.toDateString() === new Date().toDateString();
  const shown = today ? time.toLocaleTimeString([], { timeStyle: "short" }) : time.toLocaleDateString([], { dateStyle: "medium" });
  return h("time", { dateTime: time.toISOString(), title: time.toLocaleString() }, shown);
};
