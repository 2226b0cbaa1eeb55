// A request as a line for the shell: pasted into any POSIX shell it asks the same thing again.
// @ts-check

import { redacted } from "./redaction.js";

/** @typedef {import("./exchange.js").Exchange} Exchange */

/** Headers that curl writes itself, or that would have the reply packed. */
const OWN = new Set([
  "host",
  "content-length",
  "connection",
  "accept-encoding",
  "transfer-encoding",
  "expect",
  "keep-alive",
  "te",
  "upgrade",
  "x-chatkit-inspector",
]);

/**
 * The curl line of a request; credentials are redacted unless asked for.
 *
 * @param {Exchange} exchange
 * @param {{ credentials?: boolean, base?: string }} [options] `base`: what a path without a host is relative to.
 * @returns {string}
 */
export const curl = (exchange, { credentials = false, base = "" } = {}) => {
  const { url, path, method, sentHeaders, sent } = credentials ? exchange : redacted(exchange);
  const headers = Object.entries(sentHeaders ?? {}).filter(([name]) => !OWN.has(name.toLowerCase()));
  const words = [
    // -i shows status and headers, -N passes every frame on as it comes.
    ["curl", "-i", "-N", "--globoff", "-X", quoted(method || "POST"), quoted(absolute(url || path, base))],
    ...headers.map(([name, value]) => ["-H", quoted(value ? `${name}: ${value}` : `${name};`)]),
    ...(sent ? [["--data-raw", quoted(sent)]] : []),
  ];
  return words.map((line) => line.join(" ")).join(" \\\n  ");
};

/**
 * One word of a POSIX shell: between single quotes nothing means anything but the quote itself.
 *
 * @param {string} text
 */
export const quoted = (text) =>
  /^[\w@%+:,./-]+$/.test(text) ? text : `'${text.replaceAll("\u0000", "").replaceAll("'", `'\\''`)}'`;

/**
 * @param {string} address
 * @param {string} base
 */
const absolute = (address, base) => {
  if (!base) return address;
  try {
    return new URL(address || base, base).href;
  } catch {
    return address;
  }
};
