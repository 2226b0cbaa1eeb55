// Dictation: the browser records, the server turns speech into text, and the text goes into the composer.
// @ts-check

import { h, icon } from "../dom.js";
import { PATHS } from "./icons.js";

/** Media types that the protocol names, in the order of preference. */
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

/**
 * @param {import("../model/session.js").Session} session
 * @param {(text: string) => void} insert
 */
export const dictation = (session, insert) => {
  const button = h("button", { type: "button", class: "ck-button ck-quiet ck-square ck-dictate", hidden: true }, icon(PATHS.mic));
  const trouble = h("span", { class: "ck-trouble", role: "alert", hidden: true });
  /** @type {MediaRecorder | null} */
  let recorder = null;
  const tell = (/** @type {"idle" | "recording" | "transcribing"} */ state) => {
    const label = { idle: "Dictate", recording: "Stop dictation", transcribing: "Writing down what was said" }[state];
    button.setAttribute("aria-label", label);
    button.title = label;
    button.setAttribute("aria-pressed", String(state === "recording"));
    button.dataset.state = state;
    button.disabled = state === "transcribing";
  };
  const begin = async () => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    recorder = new MediaRecorder(stream, { mimeType: TYPES.find((type) => MediaRecorder.isTypeSupported(type)) });
    /** @type {Blob[]} */
    const pieces = [];
    recorder.addEventListener("dataavailable", ({ data }) => pieces.push(data));
    recorder.addEventListener("stop", async () => {
      for (const track of stream.getTracks()) track.stop();
      tell("transcribing");
      const type = recorder?.mimeType ?? "";
      recorder = null;
      const text = await session.transcribe(new Blob(pieces, { type }));
      tell("idle");
      if (text) insert(text);
    });
    recorder.start();
    tell("recording");
  };
  button.addEventListener("click", async () => {
    trouble.hidden = true;
    try {
      if (recorder) recorder.stop();
      else await begin();
    } catch (error) {
      trouble.hidden = false;
      trouble.textContent = error instanceof Error && error.name === "NotAllowedError" ? "The microphone is not allowed." : `No recording: ${error}`;
      tell("idle");
    }
  });
  tell("idle");
  const possible = Boolean(navigator.mediaDevices) && typeof MediaRecorder === "function";
  return {
    element: h("span", { class: "ck-row" }, trouble, button),
    /** @param {boolean} wanted */
    show: (wanted) => {
      button.hidden = !wanted || !possible;
    },
  };
};
