// Images are loaded only from where the thread and the page allow; any other is named, with its address as text.
// @ts-check

import { h, icon } from "../dom.js";
import { link } from "./links.js";

const PICTURE = "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5h.01";

/** Pixels as data; an SVG among them is drawn without its scripts, since it is an image. */
const DATA = /^data:image\/(?:png|jpeg|gif|webp|avif|bmp|x-icon|svg\+xml)[;,]/i;

/**
 * Make the test for images: same origin, `blob:`, `data:image/…`, and hosts of these domains (with their subdomains for `*.host`).
 *
 * A page that may load from anywhere takes an item of `domains` that is `https:`, as its policy does.
 * @param {readonly string[]} domains such as `images.example.com`, `*.example.com`, `https://cdn.example.com`, `https:`
 * @returns {(url: unknown) => boolean}
 */
export const imagesFrom = (domains) => (url) => {
  // A path is the page's own; any other word that is no address, such as `x`, is none to ask the server for.
  if (typeof url !== "string" || !(URL.canParse(url) || (url.startsWith("/") && URL.canParse(url, location.href)))) return false;
  const { protocol, origin, hostname, href } = new URL(url, location.href);
  if (protocol === "data:") return DATA.test(href);
  if (protocol === "blob:" || origin === location.origin) return true;
  if (protocol !== "https:" && protocol !== "http:") return false;
  return domains.some((domain) => domain === protocol || matches(hostname, bare(domain)));
};

/** @param {string} domain */
const bare = (domain) => domain.replace(/^https?:\/\//i, "").replace(/[:/].*$/, "").toLowerCase();

/** @param {string} hostname @param {string} domain */
const matches = (hostname, domain) =>
  domain !== "" && (domain.startsWith("*.") ? hostname.endsWith(domain.slice(1)) : hostname === domain);

/**
 * Make an image, or its placeholder where it may not be loaded or does not arrive.
 * @param {unknown} url
 * @param {{alt?: string, title?: string, class?: string, allowed: (url: unknown) => boolean}} options
 * @returns {HTMLElement}
 */
export const image = (url, { alt = "", title, class: name = "ck-image", allowed }) => {
  if (!allowed(url)) return placeholder(url, alt, "not loaded from there");
  const made = h("img", { src: String(url), alt, title: title || null, class: name, loading: "lazy", decoding: "async", referrerPolicy: "no-referrer" });
  made.addEventListener("error", () => made.replaceWith(placeholder(url, alt, "did not load")), { once: true });
  return made;
};

/**
 * What stands for an image that is not shown: its label, why, and its address.
 * @param {unknown} url
 * @param {string} alt
 * @param {string} why
 */
const placeholder = (url, alt, why) => {
  const address = typeof url === "string" ? url : "";
  const shown = address.length > 200 ? `${address.slice(0, 200)}…` : address;
  return h(
    "span",
    { class: "ck-image-placeholder" },
    icon(PICTURE),
    h("span", null, h("span", { class: "ck-image-label" }, `Image${alt ? ` “${alt}”` : ""}, ${why}`), " ", link(url, { class: "ck-image-address" }, shown)),
  );
};
