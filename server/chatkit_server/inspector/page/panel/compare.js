// The view that compares: asks the server for every page of the thread, and marks what its stream said differently.
// @ts-check

import { h, replace } from "../dom.js";
import { compared } from "./comparing.js";
import { ofItem } from "./gist.js";
import { counted } from "./measures.js";
import { threadOf, threadShown } from "./rows.js";

/** @typedef {import("./comparing.js").Compared} Compared */

const PAGE = 100;
/** A server that pages in circles is stopped here. */
const MOST_PAGES = 500;
const NAMES = { same: "same", differs: "differs", here: "only here", there: "only there" };

/**
 * Make the view.
 *
 * @param {{ session: import("../model/session.js").Session, log: import("../wire/log.js").WireLog }} options
 */
export const compareView = ({ session, log }) => {
  const said = h("p", { class: "ck-w-note", role: "status" });
  const button = h("button", { class: "ck-w-tool ck-w-strong", type: "button", text: "Compare now", on: { click: () => run() } });
  const body = h("div", { class: "ck-w-compared" });
  const intro = h("p", { class: "ck-w-intro" }, "What the stream told, folded into a thread, beside what ", h("code", { text: "items.list" }), " says of it: both should be the same.");
  const element = h("section", { class: "ck-w-view", "aria-label": "Compare" }, h("div", { class: "ck-w-view-head" }, intro, button), said, body);

  const run = async () => {
    const thread = threadShown(session);
    if (!thread) {
      said.textContent = "There is no thread yet: say something first.";
      replace(body);
      return;
    }
    button.disabled = true;
    said.textContent = log.loaded ? "Looking for items.list in the file …" : "Asking for every page of items.list …";
    try {
      show(thread, log.loaded ? listed(log.exchanges, thread) : await pages(session.client, thread));
    } catch (error) {
      said.textContent = `items.list could not be read: ${error instanceof Error ? error.message : String(error)}`;
      replace(body);
    } finally {
      button.disabled = false;
    }
  };

  /** @type {(thread: string, rows: any[] | null) => void} */
  const show = (thread, rows) => {
    if (!rows) {
      said.textContent = "The file holds no items.list of this thread after its last answer.";
      replace(body);
      return;
    }
    const told = compared(session.view, rows, { partly: session.past?.hasOlder });
    const counts = Object.entries(NAMES).map(([verdict, name]) => `${told.items.filter((one) => one.verdict === verdict).length} ${name}`);
    const odd = told.items.filter(({ verdict, why }) => verdict !== "same" && !why).length;
    const order = told.order ? "" : " The order differs.";
    said.textContent = `${thread}: ${counts.join(", ")}. ${odd ? `${counted(odd, "difference")} that nobody expects.` : "Nothing is out of order."}${order}`;
    said.dataset.verdict = odd || order ? "differs" : "same";
    replace(body, told.items.map(item));
  };

  return {
    element,
    run,
    reset: () => {
      said.textContent = "";
      delete said.dataset.verdict;
      replace(body);
    },
  };
};

/**
 * Every page of a thread, oldest first; asked for by the inspector, and marked so in the list.
 *
 * @param {import("../wire/client.js").Client} client
 * @param {string} thread
 */
const pages = async (client, thread) => {
  /** @type {any[]} */
  const rows = [];
  let after = "";
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const params = { thread_id: thread, limit: PAGE, order: "asc", ...(after ? { after } : {}) };
    const told = await client.reply({ type: "items.list", params }, { own: true });
    rows.push(...(told.data ?? []));
    const next = told.after ?? told.data?.at(-1)?.id;
    if (!told.has_more || !next) return rows;
    if (next === after) throw new Error(`the page after ${after} says to go on after ${next}`);
    after = next;
  }
  throw new Error(`there is no end after ${MOST_PAGES} pages`);
};

/**
 * The rows that a recording lists of a thread behind its last answer; null without any.
 *
 * @param {import("../wire/exchange.js").Exchange[]} exchanges
 * @param {string} thread
 */
const listed = (exchanges, thread) => {
  const last = exchanges.findLastIndex((one) => one.frames.length && threadOf(one) === thread);
  const lists = exchanges.slice(last + 1).filter((one) => one.kind === "items.list" && threadOf(one) === thread && Array.isArray(one.json?.data));
  if (!lists.length) return null;
  const rows = lists.flatMap(({ request, json }) => (request.params.order === "asc" ? json.data : json.data.toReversed()));
  const unique = [...new Map(rows.map((row) => [row.id, row])).values()];
  const moments = unique.map((row) => Date.parse(row.created_at));
  return moments.some(Number.isNaN) || lists.length === 1 ? unique : unique.toSorted((one, other) => Date.parse(one.created_at) - Date.parse(other.created_at));
};

/** @param {Compared} one */
const item = ({ id, item: of, verdict, differences, why }) => {
  const explained = verdict !== "same" && why;
  return h(
    "details",
    { class: "ck-w-item", dataset: { verdict: explained ? "explained" : verdict }, open: verdict === "differs" && !explained },
    h("summary", null, h("span", { class: "ck-w-verdict", text: NAMES[verdict] }), h("span", { class: "ck-w-gist", text: ofItem(of) || id }), explained ? h("span", { class: "ck-w-why", text: why }) : null),
    differences.length
      ? h(
          "table",
          null,
          h("thead", null, h("tr", null, ["Path", "Folded from the stream", "items.list"].map((text) => h("th", { scope: "col", text })))),
          h("tbody", null, differences.map((each) => h("tr", null, h("td", null, h("code", { text: each.path }), each.why ? h("div", { class: "ck-w-why", text: each.why }) : null), [each.here, each.there].map((value) => h("td", null, h("code", { text: value === undefined ? "nothing" : JSON.stringify(value), dataset: { nothing: String(value === undefined) } })))))),
        )
      : h("pre", { class: "ck-w-raw", text: JSON.stringify(of, null, 2) }),
  );
};
