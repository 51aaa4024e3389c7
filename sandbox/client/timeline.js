// Finding one's way among messages that are in order of time.

/** @typedef {{ts: string}} Stamped */

/** @param {Stamped} a @param {Stamped} b */
export const byTs = (a, b) => (a.ts < b.ts ? -1 : 1);

/**
 * Where the first message stands that is not earlier.
 * @param {Stamped[]} messages ascending
 * @param {string} ts
 */
export function placeOf(messages, ts) {
  let [low, high] = [0, messages.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (messages[middle].ts < ts) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The index of a message, or -1. @param {Stamped[]} messages ascending @param {string} ts */
export function indexOf(messages, ts) {
  const at = placeOf(messages, ts);
  return messages[at]?.ts === ts ? at : -1;
}

/**
 * Up and down go from message to message.
 * @param {HTMLElement} scroller
 * @param {KeyboardEvent} event
 */
export function walkMessages(scroller, event) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (target !== scroller && !target.classList.contains("message")) return;
  if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
  event.preventDefault();
  const all = /** @type {HTMLElement[]} */ ([...scroller.querySelectorAll(".message")]);
  const at = all.indexOf(target);
  const to = at < 0 ? all.length - 1 : at + (event.key === "ArrowUp" ? -1 : 1);
  all[to]?.focus();
  all[to]?.scrollIntoView({ block: "nearest" });
}
