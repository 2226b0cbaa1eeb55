// The end of a turn is a line.
// @ts-check

import { h } from "../dom.js";

/** @type {import("./around.js").MakeView} */
export const endOfTurn = () => ({ element: h("div", { class: "ck-end", role: "separator" }, h("span", null, "end of turn")), update: () => {} });
