// What every part of the chat may use: the session, which images may load, and ways to speak to the rest of the chat.
// @ts-check

/** @typedef {import("../../../../../schemas/chatkit-wire").VisibleItem} Item */
/**
 * @typedef {object} Around
 * @property {import("../model/session.js").Session} session
 * @property {(url: unknown) => boolean} allowedImage
 * @property {(text: string) => void} quote puts a text into the composer as a quote
 * @property {(what: string, data: unknown) => void} note writes a line about the page below the conversation
 */
/**
 * What shows an item: its element stays, `update` brings it up to date. `open`: the item is still being written.
 * @typedef {{element: HTMLElement, update: (item: any, state: {open: boolean}) => void}} ItemView
 */
/** @typedef {(around: Around) => ItemView} MakeView */

export {};
