// Names from outside stay where they stand: what would turn the direction of the text around them is shown as a mark.
// @ts-check

import { h } from "../dom.js";

/** Characters that turn the direction of what follows, as in `photo\u202Egnp.exe`. */
const TURNS = /[\u202A-\u202E\u2066-\u2069\u200E\u200F\u061C]/g;

/** @param {unknown} text */
export const plainName = (text) => String(text ?? "").replace(TURNS, "\uFFFD");

/** @param {unknown} text */
export const name = (text) => h("bdi", { class: "ck-name" }, plainName(text));
