// A component that is not known is shown by its name and its JSON, with the texts in it, so that nothing is lost.
// @ts-check
import { h, replace } from "../dom.js";
import { isObject } from "./values.js";

/** @type {import("./mount.js").Renderer} */
export const unknown = () => {
  const name = h("summary", null);
  const body = h("pre", { tabIndex: 0 });
  const element = h("details", { class: "ck-wid-unknown" }, name, body);
  return {
    element,
    update: (component) => {
      const type = isObject(component) && typeof component.type === "string" ? component.type : null;
      replace(name, type ? h("code", null, type) : "Not a component", h("span", null, type ? " is not known here" : ""));
      body.textContent = json(component);
    },
  };
};

/** @param {any} value */
const json = (value) => {
  try {
    return JSON.stringify(value, null, 2) ?? String(value);
  } catch {
    return "(nested too deeply to be written)";
  }
};
