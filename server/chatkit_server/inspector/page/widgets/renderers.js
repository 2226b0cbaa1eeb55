// Every component that is known, and what draws it.
// @ts-check
import { BUTTON } from "./button.js";
import { CHART } from "./chart.js";
import { CHOICES } from "./choices.js";
import { FIELDS } from "./fields.js";
import { ICON } from "./icons.js";
import { IMAGE } from "./image.js";
import { LAYOUT } from "./layout.js";
import { MARKDOWN } from "./markdown.js";
import { PICKERS } from "./pickers.js";
import { ROOTS } from "./roots.js";
import { TABLES } from "./tables.js";
import { TEXT } from "./text.js";

/** @type {Record<string, import("./mount.js").Renderer>} */
export const renderers = {
  ...ROOTS,
  ...LAYOUT,
  ...TEXT,
  ...MARKDOWN,
  ...ICON,
  ...IMAGE,
  ...BUTTON,
  ...FIELDS,
  ...PICKERS,
  ...CHOICES,
  ...TABLES,
  ...CHART,
};
