// How a line goes from one point to the next: each way gives the commands of a path that follow its first point.
// @ts-check

/** @typedef {[x: number, y: number]} Point */

/** @param {Point} point */
const at = ([x, y]) => `${round(x)},${round(y)}`;
/** @param {number} value */
const round = (value) => Math.round(value * 100) / 100;
/** @param {Point} first @param {Point} second @param {Point} end */
const cubic = (first, second, end) => `C${at(first)} ${at(second)} ${at(end)}`;
/** @param {Point} from @param {Point} to @param {number} part @returns {Point} */
const between = (from, to, part) => [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
/** @param {Point} point @returns {Point} */
const flipped = ([x, y]) => [y, x];

/** @param {(from: Point, to: Point) => string} draw @returns {(points: Point[]) => string} */
const each = (draw) => (points) => points.slice(1).map((to, index) => draw(points[index], to)).join("");

const linear = each((_, to) => `L${at(to)}`);
/** @param {number} part of the way after which a step goes up or down */
const step = (part) => each((from, to) => { const x = from[0] + (to[0] - from[0]) * part; return `L${at([x, from[1]])}L${at([x, to[1]])}L${at(to)}`; });
const bumpX = each((from, to) => { const x = (from[0] + to[0]) / 2; return cubic([x, from[1]], [x, to[1]], to); });
const bumpY = each((from, to) => { const y = (from[1] + to[1]) / 2; return cubic([from[0], y], [to[0], y], to); });

/** A smooth line that never turns where the numbers do not. @param {Point[]} points */
const monotone = (points) => {
  const tangents = slopes(points);
  return points.slice(1).map((to, index) => {
    const from = points[index];
    const third = (to[0] - from[0]) / 3;
    return [[from[0] + third, from[1] + third * tangents[index]], [to[0] - third, to[1] - third * tangents[index + 1]], to];
  });
};

/** The tangent at each point: none at a peak, else at most three times the flatter side. @param {Point[]} points */
const slopes = (points) => {
  const rises = points.slice(1).map((to, index) => (to[0] === points[index][0] ? 0 : (to[1] - points[index][1]) / (to[0] - points[index][0])));
  return points.map((_, index) => {
    const [before, after] = [rises[index - 1] ?? rises[index], rises[index] ?? rises[index - 1]];
    if (before * after <= 0) return 0;
    const mean = (before + after) / 2;
    return Math.sign(mean) * Math.min(Math.abs(mean), 3 * Math.abs(before), 3 * Math.abs(after));
  });
};

/** @param {any} segments @param {(point: Point) => Point} [turn] */
const written = (segments, turn = (point) => point) => segments.map((/** @type {Point[]} */ [a, b, end]) => cubic(turn(a), turn(b), turn(end))).join("");

/** The line of a thin rod held at the points: a system of equations, solved by elimination. @param {Point[]} points */
const natural = (points) => {
  if (points.length < 3) return linear(points);
  const [xs, ys] = [0, 1].map((axis) => controls(points.map((point) => point[/** @type {0 | 1} */ (axis)])));
  return points.slice(1).map((to, index) => cubic([xs[0][index], ys[0][index]], [xs[1][index], ys[1][index]], to)).join("");
};

/** The first and second control of each piece, along one axis. @param {number[]} knots */
const controls = (knots) => {
  const count = knots.length - 1;
  /** @type {number[][]} */
  const [weights, sums] = [[], []];
  for (let index = 0; index < count; index += 1) {
    const [first, last] = [index === 0, index === count - 1];
    const [below, middle] = [first ? 0 : last ? 2 : 1, first ? 2 : last ? 7 : 4];
    const wanted = first ? knots[0] + 2 * knots[1] : last ? 8 * knots[index] + knots[count] : 4 * knots[index] + 2 * knots[index + 1];
    const kept = middle - below * (first ? 0 : weights[index - 1]);
    weights.push(1 / kept);
    sums.push((wanted - below * (first ? 0 : sums[index - 1])) / kept);
  }
  const starts = [...sums];
  for (let index = count - 2; index >= 0; index -= 1) starts[index] -= weights[index] * starts[index + 1];
  const ends = starts.map((_, index) => (index === count - 1 ? (knots[count] + starts[index]) / 2 : 2 * knots[index + 1] - starts[index + 1]));
  return [starts, ends];
};

/** A line near the points: every piece is the mean of its neighbourhood. @param {Point[]} points */
const basis = (points) => {
  if (points.length < 3) return linear(points);
  const padded = [points[0], points[0], ...points, points[points.length - 1], points[points.length - 1]];
  return `${spline(padded)}L${at(points[points.length - 1])}`;
};
/** @param {Point[]} points */
const spline = (points) =>
  points.slice(3).map((_, index) => {
    const [, from, to, after] = points.slice(index, index + 4);
    const [x, y] = [0, 1].map((axis) => (from[axis] + 4 * to[axis] + after[axis]) / 6);
    return cubic(between(from, to, 1 / 3), between(from, to, 2 / 3), [x, y]);
  }).join("");
/** @param {Point[]} points */
const basisOpen = (points) => (points.length < 4 ? linear(points) : `M${at(joint(points[0], points[1], points[2]))}${spline(points)}`);
/** @param {Point[]} points */
const basisClosed = (points) => {
  if (points.length < 3) return linear(points);
  const around = [points[points.length - 1], ...points, points[0], points[1]];
  return `M${at(joint(around[0], around[1], around[2]))}${spline(around)}Z`;
};
/** @param {Point} a @param {Point} b @param {Point} c @returns {Point} */
const joint = (a, b, c) => [(a[0] + 4 * b[0] + c[0]) / 6, (a[1] + 4 * b[1] + c[1]) / 6];

/** @type {Record<string, (points: Point[]) => string>} */
export const CURVES = {
  linear,
  linearClosed: (points) => `${linear(points)}Z`,
  step: step(0.5),
  stepBefore: step(0),
  stepAfter: step(1),
  bump: bumpX,
  bumpX,
  bumpY,
  monotone: (points) => written(monotone(points)),
  monotoneX: (points) => written(monotone(points)),
  monotoneY: (points) => written(monotone(points.map(flipped)), flipped),
  natural,
  basis,
  basisOpen,
  basisClosed,
};

/** What an area's edge follows in place of a line that closes or opens on its own. @type {Record<string, string>} */
const PLAIN = { linearClosed: "linear", basisClosed: "basis", basisOpen: "basis" };
/** The same way, seen from the other end. @type {Record<string, string>} */
const BACK = { stepBefore: "stepAfter", stepAfter: "stepBefore" };

/** @param {Point[]} points @param {string} [type] */
export const linePath = (points, type = "linear") => (points.length ? `M${at(points[0])}${CURVES[type](points)}` : "");

/** @param {Point[]} upper @param {Point[]} lower @param {string} [type] */
export const areaPath = (upper, lower, type = "linear") => {
  if (!upper.length) return "";
  const way = PLAIN[type] ?? type;
  const back = [...lower].reverse();
  return `M${at(upper[0])}${CURVES[way](upper)}L${at(back[0])}${CURVES[BACK[way] ?? way](back)}Z`;
};
