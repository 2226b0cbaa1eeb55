// The numbers of a chart and where they lie: rows become series, stacks are summed, and ticks are round numbers.
// @ts-check
import { SERIES } from "./colors.js";

/**
 * @typedef {object} Line a series with its numbers
 * @property {"bar" | "area" | "line"} type
 * @property {string} label
 * @property {string} color
 * @property {string} [stack]
 * @property {string} [curveType]
 * @property {(number | null)[]} values one for each category, null where there is none
 * @property {[low: number, high: number][]} spans from where to where each is drawn
 */
/** @typedef {{categories: string[], lines: Line[], low: number, high: number, ticks: number[]}} Model */

/** Beyond this, sums are no numbers any more. */
const FAR = 1e100;
const TICKS = 4;

/** @param {Record<string, any>} props of a chart @returns {Model} */
export const modelOf = (props) => {
  const rows = /** @type {Record<string, any>[]} */ (props.data ?? []);
  const axis = typeof props.xAxis === "object" ? props.xAxis : { dataKey: props.xAxis };
  const categories = rows.map((row) => {
    const name = String(row[axis.dataKey] ?? "");
    return String(axis.labels && Object.hasOwn(axis.labels, name) ? axis.labels[name] : name);
  });
  const lines = stacked((props.series ?? []).map((/** @type {any} */ one, /** @type {number} */ index) => ({
    ...one,
    label: one.label ?? one.dataKey,
    color: one.color ?? SERIES[index % SERIES.length],
    values: rows.map((row) => number(row[one.dataKey])),
  })));
  const all = lines.flatMap((line) => line.spans.flat());
  const ticks = ticksOf(Math.min(0, ...all), Math.max(0, ...all));
  return { categories, lines, low: ticks[0], high: ticks[ticks.length - 1], ticks };
};

/** @param {any} value */
const number = (value) => {
  const read = typeof value === "string" && value.trim() === "" ? Number.NaN : Number(value ?? Number.NaN);
  return Number.isFinite(read) ? Math.max(-FAR, Math.min(FAR, read)) : null;
};

/** Put each number of a stack onto those before it, what is below zero downwards. @param {Omit<Line, "spans">[]} lines @returns {Line[]} */
const stacked = (lines) => {
  /** @type {Map<string, number>} */
  const sums = new Map();
  return lines.map((line) => ({
    ...line,
    spans: line.values.map((value, index) => {
      if (line.stack === undefined || line.type === "line") return [0, value ?? 0];
      const place = JSON.stringify([line.type, line.stack, index, (value ?? 0) < 0]);
      const before = sums.get(place) ?? 0;
      sums.set(place, before + (value ?? 0));
      return [before, before + (value ?? 0)];
    }),
  }));
};

/** Round numbers from below the lowest to above the highest. @param {number} low @param {number} high */
export const ticksOf = (low, high) => {
  const rough = (high - low || 1) / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 2.5, 5].find((part) => part * power >= rough * 0.999) ?? 10);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
};
