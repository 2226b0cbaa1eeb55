// Tables are tables, so that they can be read cell by cell.
// @ts-check
import { h } from "../dom.js";
import { mark, padded, style } from "./blocks.js";

/** @typedef {import("./mount.js").Renderer} Renderer */

/** @type {Renderer} */
const table = (scope) => {
  const body = h("tbody", null);
  const element = h("div", { class: "ck-wid-table", tabIndex: 0, role: "region", "aria-label": "Table" }, h("table", null, body));
  const children = scope.children(body);
  return { element, update: (props) => children(props.children) };
};

/** @type {Renderer} */
const row = (scope) => {
  const element = h("tr", null);
  const children = scope.children(element);
  return {
    element,
    update: (props) => {
      mark(element, { header: props.header });
      children(props.children);
      for (const cell of element.querySelectorAll(":scope > .ck-wid-cell")) {
        if (props.header) cell.setAttribute("role", "columnheader");
        else cell.removeAttribute("role");
      }
    },
  };
};

/** @type {Renderer} */
const cell = (scope) => {
  const content = h("div", { class: "ck-wid-cell-content" });
  const element = /** @type {HTMLTableCellElement} */ (h("td", { class: "ck-wid-cell" }, content));
  const children = scope.children(content);
  return {
    element,
    update: (props) => {
      element.colSpan = props.colSpan ?? 1;
      element.rowSpan = props.rowSpan ?? 1;
      style(element, { width: props.width });
      padded(element, props);
      mark(element, { align: props.align, valign: props.vAlign, col: props.colSize });
      children(props.children);
    },
  };
};

/** @type {Record<string, Renderer>} */
export const TABLES = { Table: table, "Table.Row": row, "Table.Cell": cell };
