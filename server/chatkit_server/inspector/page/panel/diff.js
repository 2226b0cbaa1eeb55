// Where two JSON values differ: paths, and what stands there on either side.
// @ts-check

/** @typedef {{ path: string, here: unknown, there: unknown }} Difference `undefined` on a side: it has nothing there. */

/**
 * Every place where two values differ, in the order of the first.
 *
 * @param {unknown} here
 * @param {unknown} there
 * @param {string} [path]
 * @returns {Difference[]}
 */
export const differences = (here, there, path = "$") => {
  if (Array.isArray(here) && Array.isArray(there)) return inLists(here, there, path);
  if (isObject(here) && isObject(there)) return inObjects(here, there, path);
  return Object.is(here, there) ? [] : [{ path, here, there }];
};

/** @type {(here: unknown[], there: unknown[], path: string) => Difference[]} */
const inLists = (here, there, path) =>
  Array.from({ length: Math.max(here.length, there.length) }, (_, place) =>
    differences(here[place], there[place], `${path}[${place}]`),
  ).flat();

/** @type {(here: Record<string, unknown>, there: Record<string, unknown>, path: string) => Difference[]} */
const inObjects = (here, there, path) =>
  [...new Set([...Object.keys(here), ...Object.keys(there)])].flatMap((key) =>
    differences(here[key], there[key], `${path}${step(key)}`),
  );

/**
 * A step of a JSON path: `.name`, or `["any text"]`.
 *
 * @param {string | number} key
 */
export const step = (key) => {
  if (typeof key === "number") return `[${key}]`;
  return /^[A-Za-z_$][\w$-]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
};

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
