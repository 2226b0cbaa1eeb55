// The linter after every exchange, and every two seconds while a long answer streams; its findings go onto the frames.
// @ts-check

import { on } from "../dom.js";

/** @typedef {import("../wire/exchange.js").Exchange} Exchange */
/** @typedef {import("../wire/exchange.js").Finding} Finding */
/** @typedef {{ state: "none" | "idle" | "running" | "failed" | "paused", trouble: string }} Lint */

const SOON = 250;
const DURING = 2000;
/** The linter takes at most this part of the time while an answer streams: it may share a processor with the server. */
const PART = 0.1;
/** More bytes than these are linted when somebody asks, and while an answer streams, when it has ended. */
const MUCH = 4_000_000;
const MUCH_DURING = 500_000;

/**
 * Keep the findings of a log fresh.
 *
 * @param {object} options
 * @param {import("../wire/log.js").WireLog} options.log
 * @param {((exchanges: Exchange[]) => Promise<{ findings: Finding[] } | Finding[] | null>) | null} options.lint
 * @param {(lint: Lint) => void} options.onState
 */
export const linting = ({ log, lint, onState }) => {
  let timer = 0;
  let running = false;
  let again = false;
  let took = 0;

  /** @type {(state: Lint["state"], trouble?: string) => void} */
  const say = (state, trouble = "") => onState({ state, trouble });

  /** @type {(after: number) => void} */
  const ask = (after) => {
    if (!lint || timer) return;
    if (running) {
      again = true;
      return;
    }
    timer = window.setTimeout(() => {
      timer = 0;
      void run(false);
    }, after);
  };

  /** @param {boolean} asked by a person, however much it is */
  const run = async (asked) => {
    if (!lint || running) return;
    const told = log.exchanges.filter((one) => one.state !== "waiting");
    const bytes = told.reduce((sum, one) => sum + one.body.length, 0);
    if (!asked && bytes > MUCH) say("paused");
    if (!asked && bytes > (told.some((one) => one.state === "streaming") ? MUCH_DURING : MUCH)) return;
    const began = performance.now();
    running = true;
    say("running");
    try {
      // What is still streaming is no broken answer: for the linter its client left.
      const reply = told.length ? await lint(told.map((one) => (one.state === "streaming" ? { ...one, state: "left" } : one))) : [];
      const findings = Array.isArray(reply) ? reply : (reply?.findings ?? null);
      if (findings) put(told, findings);
      say(findings ? "idle" : "none");
    } catch (error) {
      say("failed", error instanceof Error ? error.message : String(error));
    } finally {
      took = performance.now() - began;
      running = false;
      if (again) ask(SOON);
      again = false;
    }
  };

  /** @type {(told: Exchange[], findings: Finding[]) => void} */
  const put = (told, findings) => {
    const known = new Set(log.exchanges);
    const each = Map.groupBy(findings, ({ where }) => where.exchange);
    told.forEach((one, number) => {
      const found = each.get(number) ?? [];
      if (known.has(one) && (found.length || one.findings.length)) log.found(one, found);
    });
  };

  const stops = [
    on(log, "close", ({ detail }) => {
      if (detail.exchange.state !== "streaming") ask(SOON);
    }),
    on(log, "frame", () => ask(Math.max(DURING, took / PART))),
    on(log, "reset", () => ask(0)),
  ];
  say(lint ? "idle" : "none");
  if (log.exchanges.length) ask(0);
  return {
    now: () => run(true),
    stop: () => {
      window.clearTimeout(timer);
      for (const stop of stops) stop();
    },
  };
};
