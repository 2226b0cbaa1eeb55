// Which props a component has and what each may hold: renderers are given nothing else, and what is not in here is listed.
// @ts-check
import { color } from "./colors.js";
import { RADII, border, flex, gap, margin, padding, ratio, size } from "./sizes.js";
import { action, anything, children, either, flag, isObject, listOf, oneOf, shape, text, whole } from "./values.js";

/** @typedef {import("./values.js").Check} Check */

const alignment = oneOf("start", "center", "end", "baseline", "stretch");
const justification = oneOf("start", "center", "end", "between", "around", "evenly", "stretch");
const direction = oneOf("row", "col");
const controlSize = oneOf("3xs", "2xs", "xs", "sm", "md", "lg", "xl", "2xl", "3xl");
const gutterSize = oneOf("2xs", "xs", "sm", "md", "lg", "xl");
const controlVariant = oneOf("solid", "soft", "outline", "ghost");
const textSize = oneOf("xs", "sm", "md", "lg", "xl");
const iconSize = oneOf("xs", "sm", "md", "lg", "xl", "2xl", "3xl");
const weight = oneOf("normal", "medium", "semibold", "bold");
const textAlign = oneOf("start", "center", "end");
const theme = oneOf("light", "dark");
const cellAlign = oneOf("start", "center", "end");
const lines = whole(1, 200);
const rows = whole(1, 100);
const span = whole(1, 100);

const status = shape({ text, favicon: text, frame: flag, icon: text }, "text");
const cardAction = shape({ label: text, action }, "label", "action");
const option = shape({ value: text, label: text, disabled: flag, description: text }, "value", "label");
const editable = shape(
  {
    name: text,
    autoFocus: flag,
    autoSelect: flag,
    autoComplete: text,
    allowAutofillExtensions: flag,
    pattern: text,
    placeholder: text,
    required: flag,
  },
  "name",
);
/** The day of a moment in ISO 8601. @type {Check} */
const day = (value) => (typeof value === "string" && !Number.isNaN(Date.parse(value)) ? /^\d{4}-\d\d-\d\d/.exec(value)?.[0] : undefined);
/** @type {Check} */
const no = (value) => (value === false ? false : undefined);

const node = { type: anything, key: text, id: text };
const sized = {
  height: size,
  width: size,
  size,
  minHeight: size,
  minWidth: size,
  minSize: size,
  maxHeight: size,
  maxWidth: size,
  maxSize: size,
  aspectRatio: ratio,
  flex,
};
const block = { ...sized, radius: oneOf(...Object.keys(RADII)), margin, background: color("background") };
const flexbox = {
  ...block,
  children,
  align: alignment,
  justify: justification,
  wrap: oneOf("nowrap", "wrap", "wrap-reverse"),
  gap,
  padding,
  border,
};
const typography = { value: text, color: color("text"), weight, textAlign, truncate: flag, maxLines: lines };
const control = { name: text, disabled: flag };
const field = {
  ...control,
  defaultValue: text,
  required: flag,
  pattern: text,
  placeholder: text,
  allowAutofillExtensions: flag,
  autoSelect: flag,
  autoFocus: flag,
  variant: oneOf("soft", "outline"),
  size: controlSize,
  gutterSize,
};
const dropdown = {
  ...control,
  onChangeAction: action,
  placeholder: text,
  variant: controlVariant,
  size: controlSize,
  pill: flag,
  block: flag,
  clearable: flag,
};

const curve = oneOf(
  "basis", "basisClosed", "basisOpen", "bumpX", "bumpY", "bump", "linear", "linearClosed", "natural",
  "monotoneX", "monotoneY", "monotone", "step", "stepBefore", "stepAfter",
); // prettier-ignore
/** The props of a line of numbers, by its type. @type {Record<string, Record<string, Check>>} */
export const SERIES_PROPS = {
  bar: { type: text, dataKey: text, label: text, color: color("chart"), stack: text },
  area: { type: text, dataKey: text, label: text, color: color("chart"), stack: text, curveType: curve },
  line: { type: text, dataKey: text, label: text, color: color("chart"), curveType: curve },
};
/** @type {Check} */
const series = (value) => {
  const props = isObject(value) && typeof value.type === "string" ? own(SERIES_PROPS, value.type) : undefined;
  return props ? shape(props, "dataKey")(value) : undefined;
};
/** @type {Check} */
const labels = (value) => (isObject(value) ? value : undefined);
const datum = /** @type {Check} */ ((value) => (isObject(value) ? value : undefined));

/** The props of every component, by its type. @type {Record<string, Record<string, Check>>} */
export const PROPS = {
  Card: {
    ...node,
    theme,
    children,
    asForm: flag,
    background: color("background"),
    border,
    size: oneOf("sm", "md", "lg", "full"),
    padding,
    status,
    collapsed: flag,
    confirm: cardAction,
    cancel: cardAction,
  },
  ListView: { ...node, theme, children, limit: either(whole(1, 1_000_000), oneOf("auto")), status },
  ListViewItem: { ...node, children, onClickAction: action, gap, align: alignment },
  Basic: { ...node, theme, children, direction, gap, padding, align: alignment, justify: justification },
  Box: { ...node, ...flexbox, direction },
  Row: { ...node, ...flexbox },
  Col: { ...node, ...flexbox },
  Form: { ...node, ...flexbox, direction, onSubmitAction: action },
  Spacer: { ...node, minSize: size },
  Divider: { ...node, color: color("border"), size, spacing: gap, flush: flag },
  Transition: { ...node, children },
  Table: { ...node, children },
  "Table.Row": { ...node, children, header: flag },
  "Table.Cell": {
    ...node,
    children,
    width: size,
    padding,
    colSpan: span,
    rowSpan: span,
    align: cellAlign,
    vAlign: cellAlign,
    colSize: oneOf("xs", "sm", "md", "lg", "xl"),
  },
  Text: {
    ...node,
    ...typography,
    streaming: flag,
    italic: flag,
    lineThrough: flag,
    width: size,
    size: textSize,
    minLines: lines,
    editable: either(no, editable),
  },
  Title: { ...node, ...typography, size: oneOf("sm", "md", "lg", "xl", "2xl", "3xl", "4xl", "5xl") },
  Caption: { ...node, ...typography, size: oneOf("sm", "md", "lg") },
  Markdown: { ...node, value: text, streaming: flag },
  Badge: {
    ...node,
    label: text,
    color: oneOf("secondary", "success", "danger", "warning", "info", "discovery"),
    variant: oneOf("solid", "soft", "outline"),
    size: oneOf("sm", "md", "lg"),
    pill: flag,
  },
  Icon: { ...node, name: text, color: color("text"), size: iconSize },
  Image: {
    ...node,
    ...block,
    src: text,
    alt: text,
    frame: flag,
    fit: oneOf("cover", "contain", "fill", "scale-down", "none"),
    position: oneOf(
      "top left", "top", "top right", "left", "center", "right", "bottom left", "bottom", "bottom right",
    ), // prettier-ignore
    flush: flag,
  },
  Button: {
    ...node,
    submit: flag,
    label: text,
    onClickAction: action,
    iconStart: text,
    iconEnd: text,
    style: oneOf("primary", "secondary"),
    iconSize: oneOf("sm", "md", "lg", "xl", "2xl"),
    color: oneOf("primary", "secondary", "info", "discovery", "success", "caution", "warning", "danger"),
    variant: controlVariant,
    size: controlSize,
    pill: flag,
    uniform: flag,
    block: flag,
    disabled: flag,
  },
  Input: { ...node, ...field, inputType: oneOf("number", "email", "text", "password", "tel", "url"), pill: flag },
  Textarea: { ...node, ...field, rows, autoResize: flag, maxRows: rows },
  Select: { ...node, ...dropdown, options: listOf(option), defaultValue: text, searchable: flag },
  DatePicker: {
    ...node,
    ...dropdown,
    defaultValue: day,
    min: day,
    max: day,
    side: oneOf("top", "bottom", "left", "right"),
    align: oneOf("start", "center", "end"),
  },
  Checkbox: { ...node, ...control, label: text, defaultChecked: flag, onChangeAction: action, required: flag },
  RadioGroup: {
    ...node,
    ...control,
    options: listOf(option),
    ariaLabel: text,
    onChangeAction: action,
    defaultValue: text,
    direction,
    required: flag,
  },
  Label: { ...node, value: text, fieldName: text, size: textSize, weight, textAlign, color: color("text") },
  Chart: {
    ...node,
    ...sized,
    data: listOf(datum),
    series: listOf(series),
    xAxis: either(text, shape({ dataKey: text, hide: flag, labels }, "dataKey")),
    showYAxis: flag,
    showLegend: flag,
    showTooltip: flag,
    barGap: whole(0, 200),
    barCategoryGap: whole(0, 400),
  },
};

/**
 * @template T
 * @param {Record<string, T>} table
 * @param {string} name
 * @returns {T | undefined}
 */
export const own = (table, name) => (Object.hasOwn(table, name) ? table[name] : undefined);

/**
 * Tell the props of a component that can be drawn from those that cannot.
 *
 * @param {Record<string, any>} component whose type is known
 * @returns {{props: Record<string, any>, ignored: [string, any][]}}
 */
export const checked = (component) => {
  const checks = PROPS[component.type];
  /** @type {Record<string, any>} */
  const props = {};
  /** @type {[string, any][]} */
  const ignored = [];
  for (const [name, value] of Object.entries(component)) {
    if (value === null || value === undefined) continue;
    const taken = own(checks, name)?.(value);
    if (taken === undefined) ignored.push([name, value]);
    else props[name] = taken;
  }
  return { props, ignored };
};
