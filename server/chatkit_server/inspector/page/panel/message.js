// One message: what the linter says of it, its JSON as a tree, and beside that its bytes as they came.
// @ts-check

import { h } from "../dom.js";
import { copyButton } from "./copy.js";
import { size } from "./measures.js";
import { hexView, rawView } from "./raw.js";
import { SEVERITIES } from "./severity.js";
import { tree } from "./tree.js";

/** @typedef {import("../wire/exchange.js").Finding} Finding */

/** Whether bytes are shown in hex: stays as it was chosen, from message to message. */
let hex = false;

/**
 * Make the view of a message.
 *
 * @param {object} options
 * @param {string} options.label
 * @param {unknown} options.value its JSON; null without any
 * @param {string} options.text
 * @param {() => Uint8Array} options.bytes
 * @param {number} [options.start] of its first byte in the body
 * @param {Finding[]} [options.findings]
 * @param {RegExp | null} [options.highlight]
 * @param {string} [options.path] to show first
 */
export const message = ({ label, value, text, bytes, start = 0, findings = [], highlight = null, path }) => {
  const hasTree = value !== null && value !== undefined;
  const shownPath = h("code", { class: "ck-w-path", text: "$" });
  let chosen = { path: "$", value };
  const marks = new Map(
    findings.filter(({ where }) => where.path).map(({ where, severity }) => /** @type {const} */ ([where.path ?? "$", severity])),
  );
  const branches = hasTree
    ? tree(value, {
        label: `${label} as a tree`,
        marks,
        onChoose: (at, inner) => {
          chosen = { path: at, value: inner };
          shownPath.textContent = at;
        },
      })
    : null;
  const first = path ?? findings.find(({ where }) => where.path)?.where.path;
  const left = branches
    ? h(
        "div",
        { class: "ck-w-message-tree" },
        branches.element,
        h(
          "div",
          { class: "ck-w-pathbar" },
          shownPath,
          copyButton("Copy path", () => chosen.path),
          copyButton("Copy value", () => (typeof chosen.value === "string" ? chosen.value : JSON.stringify(chosen.value, null, 2))),
        ),
      )
    : null;
  const element = h(
    "div",
    { class: "ck-w-message" },
    findings.length ? h("div", { class: "ck-w-findings-here" }, ordered(findings).map((one) => finding(one, () => branches?.show(one.where.path ?? "$")))) : null,
    hasTree || !text ? null : h("p", { class: "ck-w-note", text: "No JSON can be read here." }),
    text ? h("div", { class: "ck-w-message-sides" }, left, raw({ label, text, bytes, start, highlight })) : h("p", { class: "ck-w-empty", text: "There is nothing in it." }),
  );
  if (first) branches?.show(first, false);
  return element;
};

/** @type {(options: { label: string, text: string, bytes: () => Uint8Array, start: number, highlight: RegExp | null }) => HTMLElement} */
const raw = ({ label, text, bytes, start, highlight }) => {
  const box = h("div", { class: "ck-w-raw-box" });
  const asText = h("button", { class: "ck-w-segment", type: "button", text: "Text", on: { click: () => show(false) } });
  const asHex = h("button", { class: "ck-w-segment", type: "button", text: "Hex", on: { click: () => show(true) } });

  /** @param {boolean} wanted */
  const show = (wanted) => {
    hex = wanted;
    asText.setAttribute("aria-pressed", String(!hex));
    asHex.setAttribute("aria-pressed", String(hex));
    box.replaceChildren(hex ? hexView(bytes(), { start, label: `${label}, bytes in hex` }) : rawView(text, { highlight, label: `${label}, as it came` }));
  };
  show(hex);
  const head = h(
    "div",
    { class: "ck-w-raw-head" },
    h("span", { text: `Raw · ${size(bytes().length)}` }),
    h("div", { class: "ck-w-segments", role: "group", "aria-label": "How the bytes are shown" }, asText, asHex),
    copyButton("Copy", () => text),
  );
  return h("div", { class: "ck-w-message-raw" }, head, box);
};

/** @param {Finding[]} findings */
export const ordered = (findings) =>
  findings.toSorted((one, other) => SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity));

/**
 * A finding in words.
 *
 * @param {Finding} one
 * @param {() => void} [onPath]
 */
export const finding = (one, onPath) => {
  const { severity, rule, requirement, expected, actual, why, mend, where } = one;
  const rows = [
    ["expected", plain(expected)],
    ["actual", actual === null ? "" : plain(actual)],
    ["why", why],
    ["mend", mend],
  ].filter(([, text]) => text);
  return h(
    "article",
    { class: "ck-w-finding", dataset: { severity } },
    h(
      "header",
      null,
      h("span", { class: "ck-w-severity", dataset: { severity }, text: severity }),
      h("code", { class: "ck-w-rule", text: rule }),
      where.path && onPath ? h("button", { class: "ck-w-link", type: "button", text: where.path, title: "Show in the tree", on: { click: onPath } }) : null,
    ),
    h("p", { class: "ck-w-requirement" }, coded(requirement)),
    h("dl", null, rows.map(([name, text]) => [h("dt", { text: name }), h("dd", null, name === "actual" ? h("code", { text }) : coded(text))]).flat()),
  );
};

/**
 * The linter's words, with what stands between backticks as code.
 *
 * @param {string} text
 */
export const coded = (text) => text.split(/`([^`]+)`/).map((part, place) => (place % 2 ? h("code", { text: part }) : part));

/** @param {unknown} value */
const plain = (value) => (typeof value === "string" ? value : JSON.stringify(value));
