// A chart as a drawing: axes, bars, areas and lines, one px to a unit.
// @ts-check
import { style } from "./blocks.js";
import { areaPath, linePath } from "./curves.js";
import { svg } from "./svg.js";

/** @typedef {import("./scales.js").Model} Model */
/** @typedef {import("./scales.js").Line} Line */
/**
 * Where things lie.
 * @typedef {object} Layout
 * @property {number} left of the plot itself
 * @property {number} top
 * @property {number} wide
 * @property {number} high
 * @property {number} band how wide a category is
 * @property {(index: number) => number} x the middle of a category
 * @property {(value: number) => number} y
 */

const LETTER = 6.6;
const LABELS = 22;
const ROOM = 10;
/** How many letters of a name are written below the axis. */
const LONGEST = 16;

/**
 * @param {Model} model
 * @param {{width: number, height: number, yAxis: boolean, xAxis: boolean, format: (value: number) => string}} view
 * @returns {Layout}
 */
export const layoutOf = (model, { width, height, yAxis, xAxis, format }) => {
  const longest = Math.max(...model.ticks.map((tick) => format(tick).length));
  const left = yAxis ? longest * LETTER + ROOM : 2;
  const [wide, high] = [Math.max(1, width - left - 2), Math.max(1, height - ROOM - (xAxis ? LABELS : 4))];
  const count = Math.max(1, model.categories.length);
  const bars = model.lines.some((line) => line.type === "bar");
  // Bars need room on both sides; lines alone reach from edge to edge.
  const band = bars || count === 1 ? wide / count : wide / (count - 1);
  const first = bars || count === 1 ? left + band / 2 : left;
  const scale = high / (model.high - model.low || 1);
  return { left, top: ROOM, wide, high, band, x: (index) => first + index * band, y: (value) => ROOM + high - (value - model.low) * scale };
};

/**
 * Draw everything.
 *
 * @param {Model} model
 * @param {Layout} layout
 * @param {{yAxis: boolean, xAxis: boolean, barGap?: number, categoryGap?: number, format: (value: number) => string}} view
 * @returns {SVGElement[]}
 */
export const plot = (model, layout, view) => [
  grid(model, layout, view),
  ...model.lines.filter((line) => line.type === "area").map((line) => area(line, layout)),
  bars(model, layout, view),
  ...model.lines.filter((line) => line.type === "line").map((line) => curve(line, layout)),
  view.xAxis ? categories(model, layout) : svg("g", {}),
];

/** @param {Model} model @param {Layout} layout @param {{yAxis: boolean, format: (value: number) => string}} view */
const grid = (model, layout, { yAxis, format }) =>
  svg("g", { class: "ck-wid-grid" }, ...model.ticks.flatMap((tick) => {
    const y = Math.round(layout.y(tick)) + 0.5;
    const line = svg("line", { x1: layout.left, x2: layout.left + layout.wide, y1: y, y2: y, class: tick === 0 ? "ck-wid-zero" : null });
    return yAxis ? [line, svg("text", { x: layout.left - 6, y: y + 4, "text-anchor": "end" }, format(tick))] : [line];
  }));

/** The names of the categories, as many as there is room for. @param {Model} model @param {Layout} layout */
const categories = (model, layout) => {
  const right = layout.left + layout.wide + 2;
  const longest = Math.min(LONGEST, Math.max(1, ...model.categories.map((name) => name.length)));
  const every = Math.max(1, Math.ceil((longest * LETTER + 8) / layout.band));
  const group = svg("g", { class: "ck-wid-categories" });
  let taken = -Infinity;
  model.categories.forEach((name, index) => {
    const half = (Math.min(LONGEST, name.length) * LETTER) / 2;
    // The names at the edges stay within them.
    const x = Math.max(half, Math.min(right - half, layout.x(index)));
    if (index % every !== 0 || x - half < taken) return;
    taken = x + half + 4;
    group.append(svg("text", { x, y: layout.top + layout.high + 16, "text-anchor": "middle" }, cut(name)));
  });
  return group;
};

/** @param {string} name */
const cut = (name) => (name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name);

/** @param {Model} model @param {Layout} layout @param {{barGap?: number, categoryGap?: number}} view */
const bars = (model, layout, { barGap, categoryGap }) => {
  const lines = model.lines.filter((line) => line.type === "bar");
  const stacks = [...new Set(lines.map(stackOf))];
  const between = barGap ?? (stacks.length > 1 ? 3 : 0);
  const around = Math.min(categoryGap ?? layout.band * 0.3, layout.band - 1);
  const wide = Math.max(1, (layout.band - around - between * (stacks.length - 1)) / Math.max(1, stacks.length));
  const group = svg("g", { class: "ck-wid-bars" });
  for (const line of lines) {
    const shift = stacks.indexOf(stackOf(line)) * (wide + between) - (layout.band - around) / 2;
    line.spans.forEach(([low, high], index) => {
      if (line.values[index] === null) return;
      const [from, to] = [layout.y(Math.max(low, high)), layout.y(Math.min(low, high))];
      const bar = svg("rect", { x: layout.x(index) + shift, y: from, width: wide, height: Math.max(0, to - from), rx: Math.min(3, wide / 4) });
      style(bar, { fill: line.color });
      group.append(bar);
    });
  }
  return group;
};

/** @param {Line} line @returns {string | Line} a bar that is in no stack stands alone */
const stackOf = (line) => line.stack ?? line;

/** The stretches of a line between its gaps. @param {Line} line @returns {number[][]} */
const stretches = (line) => {
  /** @type {number[][]} */
  const found = [[]];
  line.values.forEach((value, index) => (value === null ? found.push([]) : found[found.length - 1].push(index)));
  return found.filter((one) => one.length);
};

/** @param {Line} line @param {Layout} layout @param {0 | 1} end @param {number[]} stretch */
const points = (line, layout, end, stretch) =>
  stretch.map((index) => /** @type {[number, number]} */ ([layout.x(index), layout.y(line.spans[index][end])]));

/** @param {Line} line @param {Layout} layout */
const curve = (line, layout) => {
  const group = svg("g", { class: "ck-wid-line" });
  style(group, { stroke: line.color, fill: line.color });
  for (const stretch of stretches(line)) {
    const way = points(line, layout, 1, stretch);
    group.append(svg("path", { d: linePath(way, line.curveType) }));
    if (way.length === 1) group.append(dot(way[0]));
  }
  return group;
};

/** @param {Line} line @param {Layout} layout */
const area = (line, layout) => {
  const group = svg("g", { class: "ck-wid-area" });
  style(group, { stroke: line.color, fill: line.color });
  for (const stretch of stretches(line)) {
    const [upper, lower] = [points(line, layout, 1, stretch), points(line, layout, 0, stretch)];
    group.append(svg("path", { class: "ck-wid-fill", d: areaPath(upper, lower, line.curveType) }));
    group.append(svg("path", { d: linePath(upper, line.curveType) }));
    if (upper.length === 1) group.append(dot(upper[0]));
  }
  return group;
};

/** @param {[number, number]} point */
const dot = ([x, y]) => svg("circle", { cx: x, cy: y, r: 3 });

/** What marks a category that is pointed at. @param {Model} model @param {Layout} layout @param {number} index */
export const pointer = (model, layout, index) => {
  const group = svg("g", { class: "ck-wid-pointer" });
  const x = Math.round(layout.x(index)) + 0.5;
  group.append(svg("line", { x1: x, x2: x, y1: layout.top, y2: layout.top + layout.high }));
  for (const line of model.lines) {
    if (line.type === "bar" || line.values[index] === null) continue;
    const circle = dot([layout.x(index), layout.y(line.spans[index][1])]);
    style(circle, { fill: line.color });
    group.append(circle);
  }
  return group;
};
