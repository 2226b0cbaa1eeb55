// Credentials out of what is saved or copied: recordings are made to be shown to others.
// @ts-check

import { Bytes, encoded } from "./bytes.js";
import { exchange, filled } from "./exchange.js";

/** @typedef {import("./exchange.js").Exchange} Exchange */

export const REDACTED = "REDACTED";
/** In the name of a header. */
export const SECRET = /authorization|cookie|token|secret|api-?key|password|session|csrf|signature/i;
const SHORTEST = 8; // shorter values are not looked for in bodies: they could be anything
const QUERY = /([?&](?:X-Amz-[A-Za-z-]+|[A-Za-z_-]*(?:sig|token|secret|key|expires)[A-Za-z_-]*)=)[^&"\\\s]+/gi;

/**
 * Give the exchange without what lets somebody in: the values of headers that carry credentials, the same values
 * wherever they stand in a body or an address, and the signatures in signed addresses.
 *
 * @param {Exchange} one
 * @returns {Exchange}
 */
export const redacted = (one) => {
  const secrets = [...Object.entries(one.sentHeaders), ...Object.entries(one.headers)]
    .filter(([name]) => SECRET.test(name))
    .flatMap(([, value]) => value.split(/[\s;,=]+/).filter((part) => part.length >= SHORTEST))
    .toSorted((a, b) => b.length - a.length);
  /** @param {string} text */
  const clean = (text) => secrets.reduce((said, secret) => said.replaceAll(secret, REDACTED), text).replace(QUERY, `$1${REDACTED}`);
  /** @param {Bytes} bytes */
  const cleanBytes = (bytes) => {
    const before = text(bytes);
    const after = before === null ? null : clean(before);
    return after === null || after === before ? bytes : new Bytes(encoded(after));
  };
  const body = cleanBytes(one.body);
  const changed = body !== one.body;
  const copy = exchange({
    ...one,
    path: clean(one.path),
    url: clean(one.url),
    sentHeaders: without(one.sentHeaders),
    headers: without(one.headers),
    sent: undefined,
    sentBytes: cleanBytes(one.sentBytes),
    body,
    arrivals: changed ? [] : one.arrivals, // they count the bytes that were there
  });
  return changed ? filled(copy) : copy;
};

/** @param {Record<string, string>} headers */
const without = (headers) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, SECRET.test(name) ? REDACTED : value]));

/** @param {Bytes} bytes */
const text = (bytes) => {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.part());
  } catch {
    return null;
  }
};
