// Addresses from outside become links only where following them is safe: http, https and mailto, in a page of their own.
// @ts-check

import { h } from "../dom.js";

const PROTOCOLS = new Set(["http:", "https:", "mailto:"]);

/**
 * Give the whole URL if it may be followed, else null. What a browser ignores in an address (tabs, line ends, blanks
 * around it) is taken out by its own parser before the protocol is looked at; a relative address leads nowhere.
 * @param {unknown} url
 * @returns {string | null}
 */
export const safeUrl = (url) => {
  if (typeof url !== "string" || !URL.canParse(url)) return null;
  const parsed = new URL(url);
  const credentials = parsed.username || parsed.password;
  return PROTOCOLS.has(parsed.protocol) && !credentials ? parsed.href : null;
};

/**
 * Make a link; without a safe address it is a plain span that tells the address.
 * @param {unknown} url
 * @param {{title?: string, class?: string}} props
 * @param {...import("../dom.js").Child} children
 */
export const link = (url, props, ...children) => {
  const href = safeUrl(url);
  if (href === null) return h("span", { class: `ck-no-link ${props.class ?? ""}`.trim(), title: url ? `Not followed: ${cut(String(url))}` : null }, ...children);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer", title: props.title || cut(href), class: props.class ?? "ck-link" }, ...children);
};

/** @param {string} text */
const cut = (text) => (text.length > 300 ? `${text.slice(0, 300)}…` : text);

/** The host of an address, as people name a site. @param {unknown} url */
export const host = (url) => {
  const href = safeUrl(url);
  return href?.startsWith("http") ? new URL(href).host.replace(/^www\./, "") : "";
};
