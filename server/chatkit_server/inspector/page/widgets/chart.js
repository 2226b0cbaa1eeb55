// A chart: a drawing for eyes, a table for everybody else, and the numbers of the place that is pointed at.
// @ts-check
import { h, replace } from "../dom.js";
import { sized, style } from "./blocks.js";
import { layoutOf, plot, pointer } from "./plot.js";
import { modelOf } from "./scales.js";
import { svg } from "./svg.js";

/** Before the browser has told how wide it is. */
const WIDE = 480;
const HIGH = 200;

/** @type {import("./mount.js").Renderer} */
const chart = (scope) => {
  const drawing = svg("svg", { role: "img", class: "ck-wid-svg" });
  const tip = h("div", { class: "ck-wid-tip", role: "status", hidden: true });
  const area = h("div", { class: "ck-wid-plot", role: "group", tabIndex: 0 }, /** @type {any} */ (drawing), tip);
  const legend = h("ul", { class: "ck-wid-legend" });
  const table = h("div", { class: "ck-visually-hidden" });
  const element = h("figure", { class: "ck-wid-chart" }, area, legend, table);
  const exact = new Intl.NumberFormat(scope.context.locale, { maximumFractionDigits: 6 });
  const short = new Intl.NumberFormat(scope.context.locale, { notation: "compact", maximumFractionDigits: 2 });
  /** @type {Record<string, any>} */
  let props = {};
  let model = modelOf(props);
  let layout = layoutOf(model, { width: WIDE, height: HIGH, yAxis: false, xAxis: true, format: short.format });
  let pointed = -1;

  const draw = () => {
    const [width, height] = [area.clientWidth || WIDE, area.clientHeight || HIGH];
    const view = {
      width,
      height,
      yAxis: props.showYAxis === true,
      xAxis: !props.xAxis?.hide,
      barGap: props.barGap,
      categoryGap: props.barCategoryGap,
      format: short.format,
    };
    layout = layoutOf(model, view);
    drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
    drawing.replaceChildren(...plot(model, layout, view));
    if (pointed >= 0) point(Math.min(pointed, model.categories.length - 1));
  };
  const point = (/** @type {number} */ index) => {
    drawing.querySelector(".ck-wid-pointer")?.remove();
    pointed = props.showTooltip === false ? -1 : index;
    tip.hidden = pointed < 0;
    if (pointed < 0) return;
    drawing.append(pointer(model, layout, pointed));
    replace(tip, h("strong", null, model.categories[pointed]), model.lines.map((line) => told(line, pointed)));
    const x = layout.x(pointed);
    const before = x > layout.left + layout.wide / 2;
    style(tip, { left: before ? undefined : `${x + 10}px`, right: before ? `${area.clientWidth - x + 10}px` : undefined });
  };
  const told = (/** @type {import("./scales.js").Line} */ line, /** @type {number} */ index) =>
    h("span", { class: "ck-wid-told" }, swatch(line), h("span", null, line.label), h("b", null, shown(line.values[index])));
  const shown = (/** @type {number | null} */ value) => (value === null ? "–" : exact.format(value));

  new ResizeObserver(draw).observe(area);
  area.addEventListener("pointermove", (event) => {
    const x = event.clientX - area.getBoundingClientRect().left;
    const nearest = Math.round((x - layout.x(0)) / layout.band);
    if (model.categories.length) point(Math.max(0, Math.min(model.categories.length - 1, nearest)));
  });
  area.addEventListener("pointerleave", () => point(-1));
  area.addEventListener("blur", () => point(-1));
  area.addEventListener("keydown", (event) => {
    const last = model.categories.length - 1;
    const next = { ArrowRight: pointed + 1, ArrowLeft: pointed - 1, Home: 0, End: last, Escape: -1 }[event.key];
    if (next === undefined || last < 0) return;
    event.preventDefault();
    point(next < 0 && event.key !== "Escape" ? 0 : Math.min(last, next));
  });
  return {
    element,
    update: (newer) => {
      props = newer;
      model = modelOf(props);
      sized(area, { height: props.height ?? props.size, minHeight: props.minHeight ?? props.minSize, maxHeight: props.maxHeight ?? props.maxSize, aspectRatio: props.aspectRatio });
      sized(element, { ...props, height: undefined, size: undefined, width: props.width ?? props.size, minHeight: undefined, maxHeight: undefined, aspectRatio: undefined });
      legend.hidden = props.showLegend === false;
      replace(legend, model.lines.map((line) => h("li", null, swatch(line), line.label)));
      const name = model.lines.map((line) => line.label).join(", ");
      drawing.setAttribute("aria-label", `Chart of ${name || "nothing"} over ${model.categories.length} categories`);
      area.setAttribute("aria-label", `${name || "Chart"}: the arrow keys read the numbers`);
      replace(table, tableOf(model, shown));
      draw();
    },
  };
};

/** @param {import("./scales.js").Line} line */
const swatch = (line) => h("i", { class: "ck-wid-swatch", style: { background: line.color } });

/** @param {import("./scales.js").Model} model @param {(value: number | null) => string} shown */
const tableOf = (model, shown) =>
  h("table", null,
    h("caption", null, "The numbers of the chart"),
    h("thead", null, h("tr", null, h("th", { scope: "col" }, "Category"), model.lines.map((line) => h("th", { scope: "col" }, line.label)))),
    h("tbody", null, model.categories.map((name, index) =>
      h("tr", null, h("th", { scope: "row" }, name), model.lines.map((line) => h("td", null, shown(line.values[index]))))))); // prettier-ignore

/** @type {Record<string, import("./mount.js").Renderer>} */
export const CHART = { Chart: chart };
