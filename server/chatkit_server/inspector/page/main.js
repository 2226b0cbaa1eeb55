// The page: what the server told it, the log, the client, the session, and the elements that show them.
// @ts-check

import { App } from "./app.js";
import { Session } from "./model/session.js";
import { Settings } from "./model/settings.js";
import { Client } from "./wire/client.js";
import { listen } from "./wire/live.js";
import { WireLog } from "./wire/log.js";
import { toolsOf } from "./wire/tools.js";

/** @typedef {{endpoint: string, title: string, images: string[], tools: string[], settings: object}} Config */

const config = /** @type {Config} */ (await (await fetch(new URL("config.json", import.meta.url))).json());
const settings = new Settings(config);
const log = new WireLog();
const client = new Client({
  endpoint: () => settings.values.endpoint,
  headers: () => ({ ...(config.tools.includes("live") ? { "x-chatkit-inspector": "page" } : {}), ...settings.headers }),
  locale: () => settings.values.locale || navigator.language,
  log,
});
const session = new Session({ client, settings });
session.clientTools.set("switch_theme", ({ theme }) => {
  settings.set({ theme: theme === "dark" ? "dark" : "light" });
  return { theme: settings.values.theme };
});

const tools = toolsOf(config);
if (tools.live) listen(tools.live, log);
const app = /** @type {App} */ (document.querySelector("ck-app"));
app.show({ config, log, session, settings, tools });

const THREAD = "thread";
const named = () => new URLSearchParams(location.hash.slice(1)).get(THREAD);
session.addEventListener("change", (event) => {
  if (/** @type {CustomEvent} */ (event).detail.what !== "thread" || session.replaying || named() === session.threadId) return;
  history.replaceState(null, "", session.threadId ? `#${THREAD}=${encodeURIComponent(session.threadId)}` : location.pathname);
});
addEventListener("hashchange", () => named() !== session.threadId && session.openThread(named()));
if (named()) await session.openThread(named());

// For tests, and for whoever looks from the browser's console.
Object.assign(window, { inspector: { config, log, session, settings, client } });
app.toggleAttribute("data-ready", true);
