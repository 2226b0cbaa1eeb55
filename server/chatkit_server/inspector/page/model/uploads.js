// Files on their way into a message: registered and then sent (two phases), or sent at once (direct).
// @ts-check

/**
 * @typedef {object} Draft a file in the composer
 * @property {string} id of the attachment once the server knows it; before, a name of our own
 * @property {string} name
 * @property {string} mime_type
 * @property {number} size
 * @property {"waiting" | "uploading" | "done" | "failed"} state
 * @property {number} progress from 0 to 1
 * @property {string} preview an address in this page; empty for what is no image
 * @property {any} attachment what the server said of it; null before
 * @property {string} error
 * @property {AbortController} stop
 */

const UNKNOWN = "application/octet-stream";
let count = 0;

/**
 * Note a file that is to be sent.
 *
 * @param {File} file
 * @returns {Draft}
 */
export const draft = (file) => ({
  id: `file-${(count += 1)}`,
  name: file.name,
  mime_type: file.type || UNKNOWN,
  size: file.size,
  state: "waiting",
  progress: 0,
  preview: file.type.startsWith("image/") ? URL.createObjectURL(file) : "",
  attachment: null,
  error: "",
  stop: new AbortController(),
});

/**
 * Send a file.
 *
 * @param {Draft} one
 * @param {File} file
 * @param {{client: import("../wire/client.js").Client, settings: import("./settings.js").Settings, onChange: () => void}} around
 */
export const upload = async (one, file, { client, settings, onChange }) => {
  /** @param {number} progress */
  const onProgress = (progress) => {
    one.progress = progress;
    onChange();
  };
  one.state = "uploading";
  onChange();
  try {
    const direct = settings.values.uploads.strategy === "direct";
    one.attachment = await (direct ? sendDirectly : sendInTwoPhases)(one, file, client, settings, onProgress);
    one.id = one.attachment.id;
    Object.assign(one, { state: "done", progress: 1 });
  } catch (error) {
    Object.assign(one, { state: "failed", error: error instanceof Error ? error.message : String(error) });
  }
  onChange();
  return one;
};

/**
 * @param {Draft} one
 * @param {File} file
 * @param {import("../wire/client.js").Client} client
 * @param {import("./settings.js").Settings} _settings
 * @param {(part: number) => void} onProgress
 */
const sendInTwoPhases = async (one, file, client, _settings, onProgress) => {
  const params = { name: one.name, size: one.size, mime_type: one.mime_type };
  const attachment = await client.reply({ type: "attachments.create", params });
  const { url, method, headers } = attachment.upload_descriptor ?? {};
  if (!url) throw new Error("the server did not say where the file goes: upload_descriptor is missing");
  await client.upload({
    url,
    method: method ?? "PUT",
    headers: { "content-type": one.mime_type, ...headers },
    body: file,
    size: file.size,
    onProgress,
    signal: one.stop.signal,
  });
  return attachment;
};

/**
 * @param {Draft} _one
 * @param {File} file
 * @param {import("../wire/client.js").Client} client
 * @param {import("./settings.js").Settings} settings
 * @param {(part: number) => void} onProgress
 */
const sendDirectly = async (_one, file, client, settings, onProgress) => {
  const body = new FormData();
  body.append("file", file, file.name);
  const { headers } = settings;
  const told = await client.upload({
    url: settings.uploadUrl,
    method: "POST",
    headers,
    body,
    size: file.size,
    onProgress,
    signal: _one.stop.signal,
  });
  return JSON.parse(told);
};
