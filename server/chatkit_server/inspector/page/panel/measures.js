// Times and sizes in words short enough for a column.
// @ts-check

/** @param {number | null | undefined} ms */
export const time = (ms) => {
  if (ms === null || ms === undefined || Number.isNaN(ms)) return "";
  if (ms < 0.05) return "0 ms";
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 10_000) return `${Math.round(ms)} ms`;
  if (ms < 100_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
};

/** @param {number | null | undefined} bytes */
export const size = (bytes) => {
  if (bytes === null || bytes === undefined) return "";
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
};

/** @param {number} ms since the epoch */
export const clock = (ms) => {
  const moment = new Date(ms);
  if (Number.isNaN(moment.getTime()) || ms < 86_400_000) return `+${time(ms)}`;
  const part = (/** @type {number} */ value, length = 2) => String(value).padStart(length, "0");
  const [hours, minutes, seconds] = [moment.getHours(), moment.getMinutes(), moment.getSeconds()].map((one) => part(one));
  return `${hours}:${minutes}:${seconds}.${part(moment.getMilliseconds(), 3)}`;
};

/** @type {(count: number, one: string, many?: string) => string} */
export const counted = (count, one, many = `${one}s`) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

const encoder = new TextEncoder();

/** @param {string} text */
export const bytesOf = (text) => encoder.encode(text).length;
