// Formatted text, by the same hand that writes the answers of the chat.
// @ts-check
import { liveMarkdown } from "../text/markdown.js";
import { mark } from "./blocks.js";
import { guarded } from "./image.js";

/** @type {import("./mount.js").Renderer} */
const markdown = (scope) => {
  const live = liveMarkdown({ allowedImage: guarded(scope.context.allowedImage) });
  live.element.classList.add("ck-wid-markdown");
  return {
    element: live.element,
    update: (props) => {
      live.update(props.value ?? "", { open: props.streaming === true });
      mark(live.element, { streaming: props.streaming });
    },
  };
};

/** @type {Record<string, import("./mount.js").Renderer>} */
export const MARKDOWN = { Markdown: markdown };
