// Items of a long thread are drawn when they come near the screen, and the others when there is nothing else to do.
// @ts-check

const AROUND = "50% 0px"; // half a screen before and behind the one that is seen
const BUDGET = 8; // milliseconds of a frame
const LEFT = 6; // milliseconds that must be left of an idle time to draw one more

/**
 * Watch elements that are empty.
 *
 * @param {HTMLElement} region that scrolls
 * @param {(element: Element) => void} fill
 */
export const nearby = (region, fill) => {
  /** @type {Set<Element>} */
  const empty = new Set();
  /** @type {Set<Element>} */
  const near = new Set();
  let [drawing, idling] = [false, false];

  /** @param {Element} element */
  const take = (element) => {
    near.delete(element);
    if (!empty.delete(element)) return;
    seen.unobserve(element);
    fill(element);
  };

  const draw = () => {
    if (drawing || !near.size) return;
    drawing = true;
    requestAnimationFrame(() => {
      drawing = false;
      const end = performance.now() + BUDGET;
      for (const element of near) {
        take(element);
        if (performance.now() > end) break;
      }
      draw();
    });
  };

  const later = () => {
    if (idling || !empty.size) return;
    idling = true;
    requestIdleCallback((idle) => {
      idling = false;
      for (const element of empty) {
        if (idle.timeRemaining() < LEFT) break;
        take(element);
      }
      later();
    });
  };

  const seen = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) isIntersecting ? near.add(target) : near.delete(target);
      draw();
    },
    { root: region, rootMargin: AROUND },
  );

  return {
    /** @param {Element} element */
    watch: (element) => {
      empty.add(element);
      seen.observe(element);
      later();
    },
    /** @param {Element} element */
    isEmpty: (element) => empty.has(element),
    forget: () => {
      seen.disconnect();
      empty.clear();
      near.clear();
    },
  };
};
