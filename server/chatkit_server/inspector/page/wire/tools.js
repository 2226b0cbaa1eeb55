// Tools that the server has for what was recorded: its linter, and its reader of captures.
// @ts-check

import { read, write } from "./transcript.js";

/** @typedef {import("./exchange.js").Exchange} Exchange */

/**
 * @typedef {object} Tools what the server lacks is null
 * @property {((exchanges: Exchange[]) => Promise<{findings: import("./exchange.js").Finding[], rules: number}>) | null} lint
 * @property {((bytes: Uint8Array, name?: string) => Promise<Exchange[]>) | null} read any capture: HAR, `curl -i`, SSE, JSONL
 * @property {string | null} live the address of the feed of what other clients say through the proxy
 */

/**
 * @param {{tools: string[]}} config
 * @returns {Tools}
 */
export const toolsOf = ({ tools }) => ({
  lint: tools.includes("lint") ? lint : null,
  read: tools.includes("read") ? readAny : null,
  live: tools.includes("live") ? place("live").href : null,
});

/** @param {string} name */
const place = (name) => new URL(`../${name}`, import.meta.url);

/** @param {Exchange[]} exchanges */
const lint = async (exchanges) => (await send("lint", new TextEncoder().encode(write(exchanges)))).json();

/**
 * @param {Uint8Array} bytes
 * @param {string} [name] of the file, for messages
 */
const readAny = async (bytes, name = "file") => read(await (await send(`read?name=${encodeURIComponent(name)}`, bytes)).text());

/**
 * @param {string} name
 * @param {Uint8Array} body
 */
const send = async (name, body) => {
  const response = await fetch(place(name), { method: "POST", body: /** @type {BodyInit} */ (body) });
  if (!response.ok) throw new Error((await response.json()).message);
  return response;
};
