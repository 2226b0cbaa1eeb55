// Tabs by the pattern of WAI-ARIA: one stop of the Tab key, arrows move between them, and each shows its panel.
// @ts-check

import { h, on } from "../dom.js";

let made = 0;

/**
 * Make tabs.
 *
 * @param {{ label: string, tabs: { id: string, text: string, panel: HTMLElement }[], onShow?: (id: string) => void }} options
 */
export const tabs = ({ label, tabs: given, onShow }) => {
  made += 1;
  const prefix = `ck-w-tab-${made}`;
  let shown = "";

  const entries = given.map(({ id, text, panel }) => {
    const badge = h("span", { class: "ck-w-count", hidden: true });
    const tab = h(
      "button",
      { class: "ck-w-tab", type: "button", role: "tab", id: `${prefix}-${id}`, "aria-controls": `${prefix}-${id}-panel`, on: { click: () => show(id) } },
      text,
      badge,
    );
    panel.id = `${prefix}-${id}-panel`;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    return { id, tab, badge, panel };
  });
  const element = h("div", { class: "ck-w-tablist", role: "tablist", "aria-label": label }, entries.map(({ tab }) => tab));

  /** @param {string} id */
  const show = (id) => {
    shown = id;
    for (const { id: name, tab, panel } of entries) {
      const is = name === id;
      tab.setAttribute("aria-selected", String(is));
      tab.tabIndex = is ? 0 : -1;
      panel.hidden = !is;
    }
    onShow?.(id);
  };

  on(element, "keydown", (event) => {
    const usable = entries.filter(({ tab }) => !tab.hidden);
    const at = usable.findIndex(({ id }) => id === shown);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[/** @type {string} */ (event.key)];
    if (to === undefined) return;
    const next = usable.at(to % usable.length) ?? usable[0];
    show(next.id);
    next.tab.focus();
    event.preventDefault();
  });

  return {
    element,
    show,
    get shown() {
      return shown;
    },
    /** @type {(id: string, usable: boolean, text?: string) => void} */
    offer: (id, usable, text) => {
      const entry = entries.find((one) => one.id === id);
      if (!entry) return;
      entry.tab.hidden = !usable;
      if (text && entry.tab.firstChild) entry.tab.firstChild.textContent = text;
    },
    /** @type {(id: string, count: number, severity?: string) => void} */
    count: (id, count, severity = "") => {
      const badge = entries.find((one) => one.id === id)?.badge;
      if (!badge) return;
      badge.hidden = !count;
      badge.textContent = count.toLocaleString("en");
      badge.dataset.severity = severity;
    },
  };
};
