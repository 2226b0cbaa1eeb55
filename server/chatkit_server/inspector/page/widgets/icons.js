// Icons by name. Those of other sets (`lucide:house`) have a neutral glyph that tells the name.
// @ts-check
import { h } from "../dom.js";
import { mark, style, whenNew } from "./blocks.js";
import { GLYPHS, OTHER } from "./glyphs.js";
import { own } from "./props.js";
import { svg } from "./svg.js";

/**
 * Draw an icon in the colour of the text around it.
 *
 * @param {string} name
 * @param {string} [label] what it means; without one it is hidden from screen readers
 * @returns {SVGElement}
 */
export const icon = (name, label) => {
  const glyph = own(GLYPHS, name);
  const told = glyph ? label : (label ?? name);
  const drawing = svg("svg", { viewBox: "0 0 24 24", class: "ck-icon ck-wid-icon", ...(told ? { role: "img", "aria-label": told } : { "aria-hidden": "true" }) });
  const { line, fill, gap } = glyph ?? OTHER;
  if (!glyph) drawing.append(svg("title", {}, name));
  if (fill) drawing.append(svg("path", { d: fill, class: "ck-wid-icon-fill" }));
  if (line) drawing.append(svg("path", { d: line }));
  if (gap) drawing.append(svg("path", { d: gap, class: "ck-wid-icon-gap" }));
  return drawing;
};

/** @type {import("./mount.js").Renderer} */
const component = () => {
  const element = h("span", { class: "ck-wid-glyph" });
  const drawn = whenNew();
  return {
    element,
    update: (props) => {
      const name = props.name ?? "";
      drawn(name, () => element.replaceChildren(icon(name)));
      mark(element, { size: props.size ?? "md", name });
      style(element, { color: props.color });
    },
  };
};

/** @type {Record<string, import("./mount.js").Renderer>} */
export const ICON = { Icon: component };
