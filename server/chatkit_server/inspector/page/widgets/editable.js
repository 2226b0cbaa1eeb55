// A text that is edited where it stands: it looks like text, and is a field of the form around it.
// @ts-check
import { h } from "../dom.js";
import { greet, hint, patterned, refill } from "./fields.js";

/** Make the field in a text's place; the text it starts with is the component's value. */
export const editor = () => {
  const element = /** @type {HTMLTextAreaElement} */ (h("textarea", { class: "ck-wid-editor", rows: 1 }));
  let many = false;
  const check = patterned(element);
  const greeted = greet(element);
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || many) return;
    event.preventDefault();
    element.form?.requestSubmit();
  });
  return {
    element,
    update: (/** @type {Record<string, any>} */ props) => {
      const { editable } = props;
      many = (props.minLines ?? 1) > 1 || /\n/.test(props.value ?? "");
      element.rows = props.minLines ?? 1;
      element.name = editable.name;
      element.required = editable.required === true;
      element.placeholder = editable.placeholder ?? "";
      hint(element, editable.allowAutofillExtensions, editable.autoComplete);
      refill(element, props.value ?? "");
      check(editable.pattern);
      greeted(editable);
    },
  };
};
