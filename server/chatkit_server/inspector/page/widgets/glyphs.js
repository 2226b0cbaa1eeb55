// The icons of the protocol as strokes in a square of 24 units: a few circles, boxes and lines each.
// @ts-check

/** @param {number} x @param {number} y @param {number} r */
const ring = (x, y, r) => `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
/** @param {number} x @param {number} y @param {number} w @param {number} h @param {number} [r] */
const box = (x, y, w, h, r = 2) =>
  `M${x + r} ${y}h${w - 2 * r}a${r} ${r} 0 0 1 ${r} ${r}v${h - 2 * r}a${r} ${r} 0 0 1 ${-r} ${r}h${2 * r - w}a${r} ${r} 0 0 1 ${-r} ${-r}v${2 * r - h}a${r} ${r} 0 0 1 ${r} ${-r}z`;
/** A star of so many points. @param {number} x @param {number} y @param {number} out @param {number} into @param {number} points */
const star = (x, y, out, into, points) => {
  const corners = Array.from({ length: points * 2 }, (_, index) => {
    const [angle, reach] = [(Math.PI * index) / points - Math.PI / 2, index % 2 ? into : out];
    return `${(x + reach * Math.cos(angle)).toFixed(2)} ${(y + reach * Math.sin(angle)).toFixed(2)}`;
  });
  return `M${corners.join("L")}z`;
};
/** A spark: four points with hollow sides. @param {number} x @param {number} y @param {number} r */
const spark = (x, y, r) => `M${x} ${y - r}Q${x} ${y} ${x + r} ${y}Q${x} ${y} ${x} ${y + r}Q${x} ${y} ${x - r} ${y}Q${x} ${y} ${x} ${y - r}z`;
/** A point. @param {number} x @param {number} y */
const point = (x, y) => `M${x} ${y}h.01`;

const BOOK = "M12 6.5C10 5 7 4.5 4 5v13c3-.5 6 0 8 1.5c2-1.500 5-2 8-1.500V5c-3-.5-6 0-8 1.500z";
const CLOSED = "M6 4h12v16H7.500a2 2 0 0 1-2-2V5M5.500 18a2 2 0 0 1 2-2H18";
const DISC = ring(12, 12, 8.5);
const FRAME = box(4, 4, 16, 16, 3);
const TICK = "M8 12.300l2.700 2.700L16 9.500";
const PAGE = "M6 3.500h8l4 4v13H6zM14 3.500v4h4";
const PEN = "M14.500 5.500l4 4L9 19l-4.500.500L5 15zM12.500 7.500l4 4";
const HEAD = ring(12, 8.5, 3.5);
const SHOULDERS = "M5 20c.5-4 3.500-6 7-6s6.500 2 7 6";
const STAR = star(12, 12.500, 9, 3.900, 5);

/** @typedef {{line?: string, fill?: string, gap?: string}} Glyph strokes, filled shapes, and strokes in the ground's colour */

/** @type {Record<string, Glyph>} */
export const GLYPHS = {
  agent: { line: `${box(5, 8, 14, 11, 3)}M12 8V4.500M9 16h6M2.500 12v3M21.500 12v3${point(9.500, 12.500)}${point(14.500, 12.500)}`, fill: ring(12, 3.500, 1.300) },
  analytics: { line: "M4 4v16h16M8 15l3.500-4 3 2.500L20 7.500M20 11V7.500h-3.500" },
  atom: { line: `M12 7.800c5 0 9 1.900 9 4.200s-4 4.200-9 4.200-9-1.900-9-4.200 4-4.200 9-4.200zM15.600 9.900c2.500 4.300 2.900 8.700.9 9.900s-5.600-1.500-8.100-5.800-2.900-8.700-.9-9.900 5.600 1.500 8.100 5.800zM15.600 14.100c-2.500 4.300-6.100 6.900-8.100 5.800s-1.600-5.500.9-9.900 6.100-6.900 8.100-5.800 1.600 5.600-.9 9.900z`, fill: ring(12, 12, 1.200) },
  batch: { line: `${box(8, 8, 12, 12)}M5.500 16H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1h10a1 1 0 0 1 1 1v.500M11 12h6M11 16h6` },
  bolt: { line: "M13.500 2.500L5 13.500h6.500L10.500 21.500L19 10.500h-6.500z" },
  "book-clock": { line: `M12 20H7.500a2 2 0 0 1-2-2V4H18v6M5.500 18a2 2 0 0 1 2-2H10${ring(17, 17, 4.500)}M17 14.800V17l1.500 1` },
  "book-closed": { line: CLOSED },
  "book-open": { line: `${BOOK}M12 6.500v13` },
  bug: { line: "M8 10a4 4 0 0 1 8 0v5a4 4 0 0 1-8 0zM12 11v8M9.500 6.500L8 4M14.500 6.500L16 4M8 12.500H4M16 12.500h4M8.300 16.500L5 19M15.700 16.500L19 19M8.300 9L5 7M15.700 9L19 7" },
  calendar: { line: `${box(4, 5, 16, 15.500, 2.500)}M4 10h16M8.500 3v4M15.500 3v4${point(8.500, 14)}${point(12, 14)}${point(15.500, 14)}${point(8.500, 17)}${point(12, 17)}` },
  chart: { line: "M4 20h16M7 20v-7h3v7M12.500 20V5h3v15M18 20v-4.500" },
  check: { line: "M5 12.800l4.500 4.500L19 7.500" },
  "check-circle": { line: `${DISC}${TICK}` },
  "check-circle-filled": { fill: DISC, gap: TICK },
  "chevron-left": { line: "M14.500 5.500L8 12l6.500 6.500" },
  "chevron-right": { line: "M9.500 5.500L16 12l-6.500 6.500" },
  "circle-question": { line: `${DISC}M9.500 9.700a2.500 2.500 0 1 1 3.600 2.300c-.7.4-1.100.9-1.100 1.700${point(12, 16.500)}` },
  clock: { line: `${DISC}M12 7v5l3.300 2` },
  compass: { line: `${DISC}M15.800 8.200l-2.300 5.300-5.300 2.300 2.300-5.300z` },
  confetti: { line: `M4 20l4.500-11 6.500 6.500zM13 8c.3-2 1.700-3 3.500-3M16 11c2-.7 3.600-.3 4.500 1${point(12, 4)}${point(19.500, 6.500)}${point(20.500, 17)}M7.300 12l4.700 4.700` },
  cross: { line: "M6.500 6.500l11 11M17.500 6.500l-11 11" },
  cube: { line: "M12 3l8 4.500v9L12 21l-8-4.500v-9zM4 7.500l8 4.500 8-4.500M12 12v9" },
  desktop: { line: `${box(3, 4, 18, 12.500)}M9 20.500h6M12 16.500v4` },
  document: { line: `${PAGE}M9 12h6M9 15.500h6` },
  dot: { fill: ring(12, 12, 4) },
  "dots-horizontal": { fill: `${ring(5.500, 12, 1.700)}${ring(12, 12, 1.700)}${ring(18.500, 12, 1.700)}` },
  "dots-vertical": { fill: `${ring(12, 5.500, 1.700)}${ring(12, 12, 1.700)}${ring(12, 18.500, 1.700)}` },
  "empty-circle": { line: DISC },
  "external-link": { line: "M10 5H6.500A1.500 1.500 0 0 0 5 6.500v11A1.500 1.500 0 0 0 6.500 19h11a1.500 1.500 0 0 0 1.500-1.500V14M13.500 4.500h6v6M19.500 4.500L11 13" },
  globe: { line: `${DISC}M3.500 12h17M12 3.500c3 2.600 3.700 5.500 3.700 8.500s-.7 5.900-3.700 8.500c-3-2.600-3.700-5.500-3.700-8.500s.7-5.900 3.700-8.500z` },
  images: { line: `${box(7.500, 4, 13, 12)}M16.500 19.500h-11a2 2 0 0 1-2-2V8M8 14l3.500-3.500 3 3 2-2 3.500 3.500${point(16, 8)}` },
  info: { line: `${DISC}M12 11v5.500${point(12, 7.800)}` },
  keys: { line: `${ring(8, 15.500, 4)}M11 12.500L19.500 4M16 7.500l3 3M13.500 10l2 2` },
  lab: { line: "M9.500 3.500h5M10.500 3.500v6L5 18.500c-.7 1.200 0 2 1.200 2h11.600c1.200 0 1.900-.8 1.200-2l-5.500-9v-6M7.800 14.500h8.400" },
  lifesaver: { line: `${DISC}${ring(12, 12, 3.500)}M6 6l3.500 3.500M14.500 14.500L18 18M18 6l-3.500 3.500M9.500 14.500L6 18` },
  lightbulb: { line: "M9.500 17c0-2.500-3-4-3-7.500a5.500 5.500 0 0 1 11 0c0 3.500-3 5-3 7.500zM10 20.500h4" },
  mail: { line: `${box(3.500, 5, 17, 14)}M4 7l8 6 8-6` },
  "map-pin": { line: `M12 21c4-4.500 6.500-7.500 6.500-11a6.500 6.500 0 0 0-13 0c0 3.500 2.500 6.500 6.500 11z${ring(12, 10, 2.300)}` },
  maps: { line: "M9 4.500L3.500 7v12.500L9 17l6 2.500 5.500-2.500V4.500L15 7zM9 4.500V17M15 7v12.500" },
  mobile: { line: `${box(7, 2.500, 10, 19, 2.500)}${point(12, 18.500)}` },
  name: { line: `${box(3.500, 6, 17, 12)}M7 15l2-6 2 6M7.700 13h2.600M14 10.500h3.500M14 13.500h3.500` },
  notebook: { line: `${box(6, 3.500, 13, 17)}M4 7.500h4M4 12h4M4 16.500h4M11.500 8h4` },
  "notebook-pencil": { line: "M18 10V5.500a2 2 0 0 0-2-2H8a2 2 0 0 0-2 2v13a2 2 0 0 0 2 2h3M4 7.500h4M4 12h4M4 16.500h4M14 19.500l.4-2.400 4.800-4.800 2 2-4.800 4.800z" },
  "page-blank": { line: PAGE },
  phone: { line: "M8.500 4.500l2 4.500-2 1.700c1 2.200 2.600 3.800 4.800 4.800l1.700-2 4.500 2c-.3 3-1.600 4-3.500 4C10 19.500 4.500 14 4.500 8c0-1.900 1-3.200 4-3.500z" },
  play: { line: "M7.500 4.500l12 7.500-12 7.500z" },
  plus: { line: "M12 5v14M5 12h14" },
  profile: { line: `${DISC}${ring(12, 10, 3)}M6.500 18.500c1-2.500 3-3.700 5.500-3.700s4.500 1.200 5.500 3.700` },
  "profile-card": { line: `${box(3, 5, 18, 14)}${ring(8.500, 10.500, 2)}M5.500 16c.4-1.700 1.500-2.500 3-2.500s2.600.8 3 2.500M14.500 10h3.500M14.500 14h3.500` },
  reload: { line: "M19.500 12a7.500 7.500 0 1 1-2.300-5.400L19.500 9M19.500 4v5h-5" },
  search: { line: `${ring(10.500, 10.500, 6)}M15 15l5 5` },
  "settings-slider": { line: `M4 8h8M17 8h3M4 16h3M12 16h8${ring(14.500, 8, 2.300)}${ring(9.500, 16, 2.300)}` },
  sparkle: { line: spark(12, 12, 9) },
  "sparkle-double": { line: `${spark(10, 13.500, 7)}${spark(18.500, 5.500, 3)}` },
  "square-code": { line: `${FRAME}M10 9l-3 3 3 3M14 9l3 3-3 3` },
  "square-image": { line: `${FRAME}M4.500 16.500l4.500-4.500 4 4 2.500-2.500 4 4${point(15, 8.500)}` },
  "square-text": { line: `${FRAME}M8 9h8M8 12.500h8M8 16h5` },
  star: { line: STAR },
  "star-filled": { line: STAR, fill: STAR },
  suitcase: { line: `${box(3.500, 8, 17, 11.500)}M9 8V5.500a1 1 0 0 1 1-1h4a1 1 0 0 1 1 1V8M3.500 13h17M12 12v2.500` },
  user: { line: `${HEAD}${SHOULDERS}` },
  wreath: { line: "M10 19.500c-4-1-6-4-6-8s1-5.500 2-6.500M14 19.500c4-1 6-4 6-8s-1-5.500-2-6.500M4.500 9c1.500-.3 2.500 0 3.500 1M4.500 14c1.500-.8 2.800-.8 4 0M19.500 9c-1.500-.3-2.500 0-3.500 1M19.500 14c-1.500-.8-2.800-.8-4 0M9.500 21l2.500-1.500 2.500 1.500" },
  write: { line: PEN },
  "write-alt": { line: `M19.500 13v5.500a1.500 1.500 0 0 1-1.500 1.500H5.500A1.500 1.500 0 0 1 4 18.500V6a1.500 1.500 0 0 1 1.500-1.500H11M10 14l.5-3 7-7 2.500 2.500-7 7z` },
  "write-alt2": { line: "M4 20h16M6 16.500l.7-3.700 8.800-8.800 3 3-8.800 8.800z" },
};
/** What stands for the icons of other sets. @type {Glyph} */
export const OTHER = { line: `${box(5, 5, 14, 14, 3)}M9 15l6-6` };
