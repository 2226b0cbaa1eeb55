// Pictures, from where the page allows them: any other address is written down in the picture's place.
// @ts-check
import { h, replace } from "../dom.js";
import { image as loaded } from "../text/images.js";
import { block, mark, style, whenNew } from "./blocks.js";

const SCHEMES = ["http:", "https:", "blob:", "data:"];

/**
 * Ask for whole addresses only, and only for those that a picture can be loaded from.
 *
 * @param {(url: string) => boolean} allowed
 * @returns {(url: unknown) => boolean}
 */
export const guarded = (allowed) => (url) => {
  const parsed = URL.parse(String(url), document.baseURI);
  return parsed !== null && SCHEMES.includes(parsed.protocol) && allowed(parsed.href);
};

/**
 * Make a picture, or say what would be there.
 *
 * @param {string} src
 * @param {string} alt
 * @param {import("./index.js").Context} context
 */
export const picture = (src, alt, { allowedImage }) => loaded(src, { alt, class: "ck-wid-img", allowed: guarded(allowedImage) });

/** @type {import("./mount.js").Renderer} */
const image = (scope) => {
  const element = h("div", { class: "ck-wid-image" });
  const drawn = whenNew();
  return {
    element,
    update: (props) => {
      drawn([props.src, props.alt], () => replace(element, props.src === undefined ? null : picture(props.src, props.alt ?? "", scope.context)));
      block(element, props);
      style(element, { "--w-fit": props.fit, "--w-position": props.position });
      mark(element, { frame: props.frame, flush: props.flush });
    },
  };
};

/** @type {Record<string, import("./mount.js").Renderer>} */
export const IMAGE = { Image: image };
