// Labels know their control by its name; once everything is there they are tied together, and what has no label gets a name.
// @ts-check

const CONTROLS = "input, select, textarea";
let numbers = 0;

/**
 * Tie the labels of a widget to the controls of the same form.
 *
 * @param {Element} root
 */
export const tie = (root) => {
  /** @type {Set<Element>} */
  const named = new Set();
  for (const label of /** @type {NodeListOf<HTMLLabelElement>} */ (root.querySelectorAll("label[data-field]"))) {
    const around = label.closest("form") ?? root;
    const name = label.dataset.field ?? "";
    const group = [...around.querySelectorAll("[role=radiogroup]")].find((one) => /** @type {HTMLElement} */ (one).dataset.name === name);
    const control = group ?? [...around.querySelectorAll(CONTROLS)].find((one) => /** @type {any} */ (one).name === name);
    if (!control) continue;
    control.id ||= identifier();
    if (group) {
      label.id ||= identifier();
      if (!("named" in /** @type {HTMLElement} */ (group).dataset)) group.setAttribute("aria-labelledby", label.id);
    } else {
      label.htmlFor = control.id;
    }
    named.add(control);
  }
  for (const control of root.querySelectorAll(`${CONTROLS}, [role=radiogroup]`)) if (!named.has(control)) christen(/** @type {HTMLElement} */ (control));
};

const identifier = () => `ck-wid-${(numbers += 1)}`;

/**
 * A control without a label is called by its placeholder or its name.
 *
 * @param {any} control
 */
const christen = (control) => {
  const group = control.getAttribute("role") === "radiogroup";
  if (group && "named" in control.dataset) return;
  const around = control.closest("label");
  if (control.matches(".ck-wid-search") || (around && around.textContent.trim() !== "")) return;
  control.setAttribute("aria-label", control.placeholder || (group ? control.dataset.name : control.name) || "Field");
};
