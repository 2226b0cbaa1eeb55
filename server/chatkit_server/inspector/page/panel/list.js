// The list of the wire: exchanges as groups and what passed in them below, in a tree grid that keys walk through.
// @ts-check

import { h, on } from "../dom.js";
import { CELLS } from "./cells.js";
import { virtual } from "./virtual.js";

/** @typedef {import("./rows.js").Row} Row */
/** @typedef {ReturnType<typeof import("./rows.js").makeRows>} Rows */

const COLUMNS = ["#", "Event", "Time", "Gap", "Size", "Findings"];

/**
 * Make the list.
 *
 * @param {object} options
 * @param {Rows} options.rows
 * @param {(row: Row) => void} options.onChoose
 * @param {(row: Row) => void} options.onOpen Enter on a row, or a double click
 * @param {(following: boolean) => void} options.onFollow
 */
export const list = ({ rows, onChoose, onOpen, onFollow }) => {
  let chosen = "";
  let following = true;
  /** @type {RegExp | null} */
  let highlight = null;

  const body = h("div", { class: "ck-w-rows", role: "rowgroup" });
  const header = h("div", { class: "ck-w-row ck-w-head", role: "row" }, COLUMNS.map((name) => h("span", { role: "columnheader", text: name })));
  const grid = h(
    "div",
    { class: "ck-w-list", role: "treegrid", tabIndex: 0, "aria-label": "Requests and frames", "aria-colcount": COLUMNS.length },
    h("div", { role: "rowgroup" }, header),
    body,
  );

  const height = () => (matchMedia("(pointer: coarse)").matches ? 36 : 26);
  const seen = virtual({
    viewport: grid,
    body,
    head: () => header.offsetHeight,
    height,
    total: () => rows.total,
    create: () => h("div", { class: "ck-w-row", role: "row" }, COLUMNS.map(() => h("span", { role: "gridcell" }))),
    fill: (element, index) => {
      const row = rows.at(index);
      if (row) fill(element, row, index);
    },
    onScroll: () => follow(seen.atEnd()),
  });

  /** @type {(element: HTMLElement, row: Row, index: number) => void} */
  const fill = (element, row, index) => {
    const group = row.kind === "exchange";
    const folded = group && rows.isFolded(row.exchange);
    element.id = `ck-w-row-${index}`;
    element.className = `ck-w-row ck-w-is-${row.kind}`;
    element.setAttribute("aria-rowindex", String(index + 2));
    element.setAttribute("aria-level", group ? "1" : "2");
    element.setAttribute("aria-selected", String(row.key === chosen));
    if (group) element.setAttribute("aria-expanded", String(!folded));
    else element.removeAttribute("aria-expanded");
    const cells = /** @type {HTMLCollectionOf<HTMLElement>} */ (element.children);
    CELLS[row.kind](cells, row, highlight);
  };

  /** @type {(on_: boolean) => void} */
  const follow = (on_) => {
    if (following === on_) return;
    following = on_;
    onFollow(on_);
  };

  /** @type {(index: number, quiet?: boolean) => void} */
  const choose = (index, quiet = false) => {
    const row = rows.at(index);
    if (!row) return;
    chosen = row.key;
    if (index < rows.total - 1) follow(false);
    seen.reveal(index);
    seen.refresh();
    grid.setAttribute("aria-activedescendant", `ck-w-row-${index}`);
    if (!quiet) onChoose(row);
  };

  const current = () => (chosen ? rows.indexOf(chosen) : -1);

  /** @type {(row: Row | undefined, folded: boolean) => void} */
  const fold = (row, folded) => {
    if (!row) return;
    rows.fold(row.exchange, folded);
    refresh();
  };

  /** @type {Record<string, () => void>} */
  const KEYS = {
    ArrowDown: () => choose(Math.min(rows.total - 1, current() + 1)),
    ArrowUp: () => choose(Math.max(0, current() - 1)),
    PageDown: () => choose(Math.min(rows.total - 1, current() + seen.page())),
    PageUp: () => choose(Math.max(0, current() - seen.page())),
    Home: () => choose(0),
    End: () => choose(rows.total - 1),
    ArrowRight: () => {
      const row = rows.at(current());
      if (row?.kind === "exchange" && rows.isFolded(row.exchange)) fold(row, false);
      else if (row?.kind === "exchange") KEYS.ArrowDown();
    },
    ArrowLeft: () => {
      const row = rows.at(current());
      if (row?.kind === "exchange") fold(row, true);
      else if (row) choose(rows.headOf(current()));
    },
    Enter: () => {
      const row = rows.at(current());
      if (row) onOpen(row);
    },
    " ": () => KEYS.Enter(),
  };

  on(grid, "keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
    KEYS[event.key]();
    event.preventDefault();
  });
  on(body, "click", (event) => {
    const element = event.target.closest("[role=row]");
    if (!element) return;
    const index = Number(element.id.replace("ck-w-row-", ""));
    const row = rows.at(index);
    if (event.target.closest(".ck-w-twist") && row) fold(row, !rows.isFolded(row.exchange));
    choose(index);
    grid.focus({ preventScroll: true });
  });
  on(body, "dblclick", () => KEYS.Enter());

  const refresh = () => {
    grid.setAttribute("aria-rowcount", String(rows.total + 1));
    grid.style.setProperty("--ck-w-digits", String(Math.max(3, String(rows.total).length)));
    const index = current();
    if (index < 0) grid.removeAttribute("aria-activedescendant");
    else grid.setAttribute("aria-activedescendant", `ck-w-row-${index}`);
    seen.refresh();
    if (!following) return;
    seen.toEnd();
    seen.refresh();
  };

  return {
    element: grid,
    refresh,
    /** @type {(key: string, quiet?: boolean) => boolean} */
    show: (key, quiet) => {
      const exchange = rows.sections.find((one) => one.exchange.id === key.split("/")[0])?.exchange;
      if (exchange && rows.isFolded(exchange) && key.includes("/")) rows.fold(exchange, false);
      const index = rows.indexOf(key);
      if (index >= 0) choose(index, quiet);
      return index >= 0;
    },
    /** @type {(pattern: RegExp | null) => void} */
    mark: (pattern) => {
      highlight = pattern;
    },
    /** Show the chosen row again, after the list has got another height. */
    reveal: () => {
      if (current() >= 0) seen.reveal(current());
    },
    forget: () => {
      chosen = "";
    },
    get following() {
      return following;
    },
    /** @type {(on_: boolean) => void} */
    follow: (on_) => {
      follow(on_);
      if (on_) refresh();
    },
    focus: () => grid.focus(),
  };
};
