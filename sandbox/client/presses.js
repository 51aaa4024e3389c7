// What is drawn anew while somebody presses it waits for the end of the press: a click on an element that is gone by then is lost.

/** @type {Element|null} what the pointer is down on */
let pressed = null;
/** @type {Map<object, () => void>} the latest drawing of each that waits */
const waiting = new Map();

function finish() {
  pressed = null;
  const works = [...waiting.values()];
  waiting.clear();
  for (const work of works) work();
}

/** The click comes right after the pointer is up, and is for what was pressed. */
const finishSoon = () => void (pressed && window.setTimeout(finish));

document.addEventListener("pointerdown", (event) => (pressed = event.target instanceof Element ? event.target : null), true);
for (const name of ["pointerup", "pointercancel", "dragend"]) document.addEventListener(name, finishSoon, true);
document.addEventListener("pointermove", (event) => event.buttons === 0 && finishSoon(), true);
window.addEventListener("blur", finishSoon);

/**
 * Do it at once, or when what is being pressed inside `node` has been. Of several that wait for the same `key` only the last is done.
 * @param {Node} node
 * @param {object} key
 * @param {() => void} work
 */
export function afterPress(node, key, work) {
  if (pressed && node.contains(pressed)) waiting.set(key, work);
  else {
    waiting.delete(key);
    work();
  }
}
