// A prop is drawn as one of a few kinds of values: a text, a flag, a number, one of some words, a list.
// @ts-check

/**
 * Gives what is drawn for a value of the wire, or undefined: then it is not of this kind, and is listed as ignored.
 * @typedef {((value: any) => any) & {options?: readonly string[]}} Check
 */

/** @type {Check} */
export const text = (value) => (typeof value === "number" ? String(value) : typeof value === "string" ? value : undefined);

/** @type {Check} */
export const flag = (value) => (typeof value === "boolean" ? value : undefined);

/** @type {Check} */
export const anything = (value) => value;

/**
 * A whole number in a range.
 *
 * @param {number} least
 * @param {number} most
 * @returns {Check}
 */
export const whole = (least, most) => (value) =>
  Number.isInteger(value) && value >= least && value <= most ? value : undefined;

/**
 * One of some words.
 *
 * @param {...string} options
 * @returns {Check}
 */
export const oneOf = (...options) => Object.assign((/** @type {any} */ value) => (options.includes(value) ? value : undefined), { options });

/**
 * What the first of these checks takes.
 *
 * @param {...Check} checks
 * @returns {Check}
 */
export const either = (...checks) => (value) => {
  for (const check of checks) {
    const taken = check(value);
    if (taken !== undefined) return taken;
  }
  return undefined;
};

/** @param {any} value @returns {value is Record<string, any>} */
export const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * An object with these fields; those that are not of their kind are left out, unless they are needed.
 *
 * @param {Record<string, Check>} fields
 * @param {...string} needed
 * @returns {Check}
 */
export const shape = (fields, ...needed) => (value) => {
  if (!isObject(value)) return undefined;
  /** @type {Record<string, any>} */
  const taken = {};
  for (const [name, check] of Object.entries(fields)) {
    const one = value[name] === undefined || value[name] === null ? undefined : check(value[name]);
    if (one !== undefined) taken[name] = one;
  }
  return needed.every((name) => name in taken) ? taken : undefined;
};

/**
 * A list; null in it is nothing.
 *
 * @param {Check} check
 * @returns {Check}
 */
export const listOf = (check) => (value) => {
  if (!Array.isArray(value)) return undefined;
  const taken = value.filter((one) => one !== null).map(check);
  return taken.includes(undefined) ? undefined : taken;
};

/**
 * Components: a list of them, or a single one.
 * @type {Check}
 */
export const children = (value) => {
  if (Array.isArray(value)) return value.filter((child) => child !== null && child !== undefined);
  return isObject(value) ? [value] : undefined;
};

/**
 * An action: where it goes and what looks busy meanwhile.
 * @type {Check}
 */
export const action = (value) =>
  isObject(value) && typeof value.type === "string"
    ? {
        ...value,
        handler: value.handler === "client" ? "client" : "server",
        loadingBehavior: ["none", "self", "container"].includes(value.loadingBehavior) ? value.loadingBehavior : "auto",
        streaming: value.streaming !== false,
      }
    : undefined;
