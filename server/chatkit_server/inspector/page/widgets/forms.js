// The values of a form by the names of its controls; a name with dots is a way into nested objects.
// @ts-check
import { isObject } from "./values.js";

/** @typedef {[name: string, value: string | boolean]} Filled */

/**
 * Read a control. One that is disabled, has no name or is a choice not taken says nothing.
 *
 * @param {any} control
 * @returns {Filled[]}
 */
export const valueOf = (control) => {
  if (!control.name || control.disabled) return [];
  if (control.type === "checkbox") return [[control.name, control.checked]];
  if (control.type === "radio") return control.checked ? [[control.name, control.value]] : [];
  return [[control.name, control.value]];
};

/**
 * Read all controls of a form.
 *
 * @param {HTMLFormElement} form
 * @returns {Filled[]}
 */
export const valuesOf = (form) => [...form.elements].filter((one) => one.matches("input, select, textarea")).flatMap(valueOf);

/**
 * Put values into an action's payload. What the payload says itself stays.
 *
 * @param {any} payload
 * @param {Filled[]} filled
 * @returns {{payload: any, lost: string[]}} and the names of the values that there was no place for
 */
export const filledIn = (payload, filled) => {
  if (!filled.length) return { payload, lost: [] };
  if (payload !== undefined && payload !== null && !isObject(payload)) return { payload, lost: filled.map(([name]) => name) };
  const whole = copied(payload ?? {});
  const lost = filled.filter(([name, value]) => !put(whole, name.split("."), value)).map(([name]) => name);
  return { payload: whole, lost };
};

/**
 * Objects without a prototype, so that no name means anything but itself.
 *
 * @param {any} value
 * @returns {any}
 */
const copied = (value) => {
  if (Array.isArray(value)) return value.map(copied);
  if (!isObject(value)) return value;
  return Object.assign(Object.create(null), Object.fromEntries(Object.entries(value).map(([name, one]) => [name, copied(one)])));
};

/**
 * @param {Record<string, any>} target
 * @param {string[]} way
 * @param {string | boolean} value
 * @returns {boolean} whether there was room
 */
const put = (target, [name, ...rest], value) => {
  if (!rest.length) {
    if (name in target) return false;
    target[name] = value;
    return true;
  }
  if (!(name in target)) target[name] = Object.create(null);
  return isObject(target[name]) && put(target[name], rest, value);
};
