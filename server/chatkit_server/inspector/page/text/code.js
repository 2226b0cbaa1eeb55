// Code stands as it was written, with its language and a button that copies it.
// @ts-check

import { h } from "../dom.js";
import { copyButton } from "./copying.js";

/**
 * @param {string} text
 * @param {string} info what follows the fence: the language, then anything
 */
export const codeBlock = (text, info) => {
  const language = info.split(/\s/, 1)[0].slice(0, 40);
  const code = h("code", null, text);
  return h(
    "figure",
    { class: "ck-code" },
    h("figcaption", { class: "ck-code-bar" }, h("span", null, language || "text"), copyButton("Copy code", () => code.textContent ?? "")),
    h("pre", { tabIndex: 0, "aria-label": language ? `Code, ${language}` : "Code" }, code),
  );
};
