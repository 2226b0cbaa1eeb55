// Structured input: questions answered all at once or skipped; afterwards, what was answered.
// @ts-check

import { h, icon, replace } from "../dom.js";
import { PATHS } from "./icons.js";

/** @typedef {import("../../../../../schemas/chatkit-wire").StructuredInputItem} StructuredInputItem */
/** @typedef {import("../../../../../schemas/chatkit-wire").StructuredInput} Question */

/** @type {import("./around.js").MakeView} */
export const questions = (around) => {
  const element = h("div", { class: "ck-questions" });
  let shown = "";
  /** @param {StructuredInputItem} item */
  const update = (item) => {
    const now = JSON.stringify(item);
    if (now === shown) return;
    shown = now;
    replace(element, item.status === "pending" ? form(item, around) : answered(item));
  };
  return { element, update };
};

/** @param {StructuredInputItem} item @param {import("./around.js").Around} around */
const form = (item, around) => {
  const fields = item.inputs.map((question, index) => field(question, `${item.id}-${index}`));
  const buttons = h(
    "div",
    { class: "ck-row" },
    h("button", { type: "submit", class: "ck-button ck-primary" }, "Submit"),
    h("button", { type: "button", class: "ck-button ck-quiet", on: { click: () => send({ status: "skipped", answers: {} }) } }, "Skip"),
  );
  const made = h("form", { class: "ck-questions-form", "aria-label": "Questions" }, fields.map(({ element }) => element), buttons);
  /** @param {Parameters<typeof around.session.answer>[1]} submission */
  const send = async (submission) => {
    made.inert = true;
    try {
      await around.session.answer(item.id, submission);
    } finally {
      made.inert = false;
    }
  };
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    const answers = Object.fromEntries(item.inputs.map(({ id }, index) => [id, answer(fields[index].values())]));
    void send({ status: "answered", answers });
  });
  return made;
};

/** @param {string[]} values */
const answer = (values) => (values.length ? { values, skipped: false } : { values: [], skipped: true });

/**
 * @param {Question} question
 * @param {string} id
 * @returns {{element: HTMLElement, values: () => string[]}}
 */
const field = (question, id) => {
  if (question.type === "multiple_choice") return choices(question, id);
  const input = h("textarea", { class: "ck-field", rows: 2, id, "aria-describedby": question.description ? `${id}-about` : null });
  const about = question.description ? h("span", { class: "ck-hint", id: `${id}-about` }, question.description) : null;
  const element = h("div", { class: "ck-question" }, h("label", { for: id, class: "ck-question-text", dir: "auto" }, question.question), about, input);
  return { element, values: () => [input.value.trim()].filter(Boolean) };
};

/** @param {Extract<Question, {type: "multiple_choice"}>} question @param {string} id */
const choices = (question, id) => {
  const type = question.multiple ? "checkbox" : "radio";
  const boxes = question.options.map(({ value }) => h("input", { type, name: id, value }));
  const rows = boxes.map((box, index) => h("label", { class: "ck-choice" }, box, h("span", { dir: "auto" }, question.options[index].value)));
  const other = h("input", { type: "text", class: "ck-field", placeholder: "Another answer", "aria-label": `Another answer to: ${question.question}` });
  other.addEventListener("input", () => {
    if (!question.multiple && other.value.trim()) boxes.forEach((box) => Object.assign(box, { checked: false }));
  });
  boxes.forEach((box) => box.addEventListener("change", () => !question.multiple && Object.assign(other, { value: "" })));
  const values = () => [...boxes.filter((box) => box.checked).map((box) => box.value), other.value.trim()].filter(Boolean);
  const legend = h("legend", { class: "ck-question-text", dir: "auto" }, question.question);
  return { element: h("fieldset", { class: "ck-question" }, legend, ...rows, other), values };
};

/** @param {StructuredInputItem} item */
const answered = (item) =>
  h(
    "dl",
    { class: "ck-answers", dataset: { status: item.status } },
    item.inputs.map((question) => [
      h("dt", { dir: "auto" }, question.question),
      question.answer?.values?.length && !question.answer.skipped
        ? h("dd", { dir: "auto" }, icon(PATHS.check), question.answer.values.join(", "))
        : h("dd", { class: "ck-skipped" }, "skipped"),
    ]).flat(),
  );
