// A table's lines: cells between bars, and the line of dashes that says how columns are set.
// @ts-check

/**
 * Split a row into cells. A bar behind a backslash is text.
 * @param {string} line
 * @returns {string[]}
 */
export const cells = (line) => {
  const text = line.trim();
  const found = [];
  let cell = "";
  for (let at = text.startsWith("|") ? 1 : 0; at < text.length; at += 1) {
    if (text[at] === "\\" && text[at + 1] === "|") {
      cell += "|";
      at += 1;
    } else if (text[at] === "|") {
      found.push(cell.trim());
      cell = "";
    } else cell += text[at];
  }
  const rest = cell.trim();
  if (/^(?:\uE000\d+\uE001)+$/.test(rest) && found.length > 0) found[found.length - 1] += rest;
  else if (rest !== "") found.push(rest);
  return found;
};

/**
 * Read `| :-- | --: |`; null if the line is none.
 * @param {string} line
 * @returns {import("./blocks.js").Align[] | null}
 */
export const delimiters = (line) => {
  if (!/^[\s|:-]+$/.test(line) || !line.includes("-")) return null;
  const found = cells(line);
  return found.length > 0 && found.every((cell) => /^:?-+:?$/.test(cell)) ? found.map(aligned) : null;
};

/** @param {string} cell @returns {import("./blocks.js").Align} */
const aligned = (cell) => {
  if (cell.endsWith(":")) return cell.startsWith(":") ? "center" : "right";
  return cell.startsWith(":") ? "left" : "";
};
