// Everything that the linter has to say, rule by rule; each place is a way to its frame.
// @ts-check

import { h, replace } from "../dom.js";
import { keepingFocus } from "./focus.js";
import { counted } from "./measures.js";
import { coded } from "./message.js";
import { keyOf, placeOf } from "./rows.js";
import { SEVERITIES } from "./severity.js";

/** @typedef {import("../wire/exchange.js").Exchange} Exchange */
/** @typedef {import("../wire/exchange.js").Finding} Finding */
/** @typedef {import("./linting.js").Lint} Lint */

/** Places of one rule that are listed before somebody asks for all. */
const SHOWN = 12;

const WORDS = {
  none: "This server has no linter: install chatkit-wire[conformance] beside it, or save a transcript and give it to `chatkit-wire lint`.",
  paused: "There is too much to lint it after every exchange.",
  failed: "The linter could not look",
  running: "The linter looks …",
  idle: "The linter has looked at everything.",
};

/**
 * Make the view.
 *
 * @param {{ exchanges: () => Exchange[], onJump: (key: string, path?: string) => void, onLint: () => void }} options
 */
export const findingsView = ({ exchanges, onJump, onLint }) => {
  /** @type {Lint} */
  let lint = { state: "none", trouble: "" };
  const said = h("p", { class: "ck-w-note", role: "status" });
  const again = h("button", { class: "ck-w-tool", type: "button", text: "Lint now", on: { click: onLint } });
  const head = h("div", { class: "ck-w-view-head" }, said, again);
  const body = h("div", { class: "ck-w-rules" });
  const element = h("section", { class: "ck-w-view", "aria-label": "Findings" }, head, body);
  /** @type {Set<string>} */
  const unfolded = new Set();

  const draw = () => {
    const found = exchanges().flatMap((exchange) => exchange.findings.map((finding) => ({ exchange, finding })));
    const rules = [...Map.groupBy(found, ({ finding }) => finding.rule).values()];
    rules.sort(([one], [other]) => SEVERITIES.indexOf(one.finding.severity) - SEVERITIES.indexOf(other.finding.severity));
    said.replaceChildren(...coded(words(lint, found.length, rules.length, exchanges().length)));
    again.hidden = lint.state === "none" || lint.state === "running";
    keepingFocus(body, () => replace(body, rules.map(rule)));
  };

  /** @param {{ exchange: Exchange, finding: Finding }[]} places */
  const rule = (places) => {
    const { severity, rule: id, requirement, why, mend } = places[0].finding;
    const all = unfolded.has(id);
    const shown = all ? places : places.slice(0, SHOWN);
    return h(
      "article",
      { class: "ck-w-finding", dataset: { severity } },
      h("header", null, h("span", { class: "ck-w-severity", dataset: { severity }, text: severity }), h("code", { class: "ck-w-rule", text: id }), h("span", { class: "ck-w-facts", text: counted(places.length, "place") })),
      h("p", { class: "ck-w-requirement" }, coded(requirement)),
      h("ul", { class: "ck-w-places" }, shown.map((one) => h("li", null, place(one)))),
      shown.length < places.length ? h("button", { class: "ck-w-link", type: "button", text: `and ${places.length - shown.length} more places`, on: { click: () => unfold(id) } }) : null,
      h("dl", null, h("dt", { text: "why" }), h("dd", null, coded(why)), h("dt", { text: "mend" }), h("dd", null, coded(mend))),
    );
  };

  /** @param {string} id */
  const unfold = (id) => {
    unfolded.add(id);
    draw();
  };

  /** @param {{ exchange: Exchange, finding: Finding }} one */
  const place = ({ exchange, finding }) => {
    const at = placeOf(exchange, finding);
    const { path, event } = finding.where;
    const key = at >= 0 ? keyOf(exchange, at) : exchange.received && !exchange.frames.length ? `${exchange.id}/reply` : exchange.id;
    const words = [`request ${exchange.number + 1}`, event === undefined ? "" : `frame ${event + 1}`, path ?? ""].filter(Boolean).join(" · ");
    const actual = finding.actual === null || finding.actual === undefined ? "" : JSON.stringify(finding.actual);
    return h(
      "button",
      { class: "ck-w-place", type: "button", on: { click: () => onJump(key, path) } },
      h("span", { text: words }),
      actual ? h("code", { text: actual.length > 90 ? `${actual.slice(0, 90)}…` : actual }) : null,
    );
  };

  return {
    element,
    draw,
    /** @param {Lint} now */
    say: (now) => {
      lint = now;
      draw();
    },
  };
};

/** @type {(lint: Lint, found: number, rules: number, exchanges: number) => string} */
const words = ({ state, trouble }, found, rules, exchanges) => {
  if (state === "none" || state === "paused") return WORDS[state];
  if (state === "failed") return `${WORDS.failed}: ${trouble}`;
  if (!exchanges) return "Nothing has passed yet.";
  if (!found) return state === "running" ? WORDS.running : `Nothing is wrong with ${counted(exchanges, "request")}.`;
  return `${counted(found, "finding")} by ${counted(rules, "rule")}${state === "running" ? "; the linter looks again …" : "."}`;
};
