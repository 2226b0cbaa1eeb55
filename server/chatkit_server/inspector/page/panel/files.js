// Files in and out: a transcript is read here, any other capture by the server; what passed is saved without credentials.
// @ts-check

import { h, on } from "../dom.js";
import { redacted } from "../wire/redaction.js";
import { read, write } from "../wire/transcript.js";

/** @typedef {import("../wire/exchange.js").Exchange} Exchange */

/**
 * Read a file, told by its content.
 *
 * @param {File} file
 * @param {((bytes: Uint8Array, name?: string) => Promise<Exchange[]>) | null} readAny of the server
 * @returns {Promise<Exchange[]>}
 * @throws {Error} with what is wrong with it
 */
export const opened = async (file, readAny) => {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const start = new TextDecoder().decode(bytes.subarray(0, 65_536));
  if (isTranscript(start)) return read(new TextDecoder().decode(bytes));
  if (readAny) return readAny(bytes, file.name);
  throw new Error("this page reads transcripts (JSONL) by itself; for HAR, SSE and curl captures the server needs chatkit-wire[conformance]");
};

/** @param {string} start */
const isTranscript = (start) => /^\s*\{/.test(start) && /\n\{">":/.test(start);

/**
 * The exchanges as the text of a transcript, without credentials.
 *
 * @param {Exchange[]} exchanges
 */
export const transcriptOf = (exchanges) => write(exchanges.map(redacted), { recorded: new Date().toISOString().slice(0, 10) });

/**
 * Hand a text to the user as a file.
 *
 * @param {string} name
 * @param {string} text
 */
export const save = (name, text) => {
  const href = URL.createObjectURL(new Blob([text], { type: "application/x-ndjson" }));
  const link = h("a", { href, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
};

/**
 * A button that asks for a file.
 *
 * @param {(file: File) => void} onFile
 */
export const picker = (onFile) => {
  const input = h("input", {
    type: "file",
    class: "ck-visually-hidden",
    tabIndex: -1,
    "aria-label": "A transcript, HAR, SSE or curl capture",
    accept: ".jsonl,.ndjson,.har,.json,.sse,.txt,text/event-stream",
    on: {
      change: () => {
        const file = input.files?.[0];
        input.value = "";
        if (file) onFile(file);
      },
    },
  });
  const button = h("button", { class: "ck-w-tool", type: "button", text: "Open", title: "Open a transcript, HAR, SSE or curl capture, or drop one here", on: { click: () => input.click() } });
  return [button, input];
};

/**
 * Take files that are dropped onto an element.
 *
 * @param {HTMLElement} element
 * @param {(file: File) => void} onFile
 */
export const droppable = (element, onFile) => {
  /** @param {DragEvent} event */
  const hasFiles = ({ dataTransfer }) => Boolean(dataTransfer?.types.includes("Files"));
  const stops = [
    on(element, "dragover", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      element.dataset.dropping = "true";
    }),
    on(element, "dragleave", (event) => {
      if (!element.contains(event.relatedTarget)) delete element.dataset.dropping;
    }),
    on(element, "drop", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      delete element.dataset.dropping;
      const file = event.dataTransfer?.files[0];
      if (file) onFile(file);
    }),
  ];
  return () => stops.forEach((stop) => stop());
};
