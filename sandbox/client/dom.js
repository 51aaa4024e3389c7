// Building elements. Data reaches the page only as text nodes and checked attributes, never as markup.

/** @typedef {Node|string|number|null|undefined|false|Child[]} Child */

/**
 * An element with properties and children.
 * `on…` functions become listeners, `class` the class name, `data` the dataset; true and false switch an attribute on and off.
 * @param {string} tag
 * @param {Record<string, any>|null} [props]
 * @param {...Child} children
 * @returns {any}
 */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function" && name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name === "data") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

/**
 * @param {Node} parent
 * @param {Child} child
 */
export function append(parent, child) {
  if (child === null || child === undefined || child === false) return;
  if (Array.isArray(child)) child.forEach((each) => append(parent, each));
  else parent.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
}

const SHAPES = {
  bolt: "M13 3 5 13.500h6L10 21l9-11h-6.500z",
  plus: "M12 5v14M5 12h14",
  send: "M4 4.500 20.500 12 4 19.500 6.500 12zM6.500 12H14",
  smile: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M8.500 14a4.200 4.200 0 0 0 7 0M9 9.500v.010M15 9.500v.010",
  reply: "M20 5.500v10a1.500 1.500 0 0 1-1.500 1.500H13l-5 4v-4H5.500A1.500 1.500 0 0 1 4 15.500v-10A1.500 1.500 0 0 1 5.500 4h13A1.500 1.500 0 0 1 20 5.500zM8 8.500h8M8 12h5",
  more: "M5.500 12v.010M12 12v.010M18.500 12v.010",
  close: "M6 6l12 12M18 6 6 18",
  back: "M14.500 5.500 8 12l6.500 6.500",
  down: "M6 9.500l6 6 6-6",
  lock: "M6.500 11h11a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1zM8.500 11V8a3.500 3.500 0 0 1 7 0v3",
  hash: "M9.500 4 7.500 20M16.500 4l-2 16M4.500 9h16M3.500 15h16",
  home: "M4 11.500 12 4l8 7.500M6 10v9.500h4.500V14h3v5.500H18V10",
  clip: "M18.500 11.500 12 18a4.200 4.200 0 0 1-6-6l7-7a2.800 2.800 0 0 1 4 4l-7 7a1.400 1.400 0 0 1-2-2l6-6",
  at: "M16 12a4 4 0 1 0-1.300 3M16 8v5a2.500 2.500 0 0 0 5 0v-1a9 9 0 1 0-3.500 7.100",
  bold: "M7.500 5H13a3.500 3.500 0 0 1 0 7H7.500zM7.500 12H14a3.500 3.500 0 0 1 0 7H7.500z",
  italic: "M10 5h7M7 19h7M14 5l-4 14",
  strike: "M4.500 12h15M16.500 8c-.500-2-2.200-3-4.500-3-2.500 0-4.500 1.200-4.500 3.200 0 1 .4 1.800 1.300 2.300M7.500 15.500c.500 2.200 2.300 3.500 4.700 3.500 2.600 0 4.500-1.300 4.500-3.300",
  code: "M9 7l-5 5 5 5M15 7l5 5-5 5",
  quote: "M5 5v14M9.500 7.500H20M9.500 12H20M9.500 16.500H16",
  search: "M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13M15.500 15.500 20.500 20.500",
  columns: "M4.500 5h15a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1zM12 5v14",
  moon: "M19.500 14.500A8 8 0 0 1 9.500 4.500a8 8 0 1 0 10 10z",
  inspect: "M4 6.500h16M4 12h10M4 17.500h7M17 14.500l3.500 3.500-3.500 3.500",
  fault: "M12 4 21 19.500H3zM12 10v4.500M12 17v.010",
  clock: "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17M12 7.500V12l3 2",
  check: "M5 12.500l4.500 4.500L19 7.500",
  thread: "M4 5h13M4 10h9M8 15h12M8 20h8",
  link: "M10 14a4 4 0 0 0 5.700 0l3-3a4 4 0 0 0-5.700-5.700l-1 1M14 10a4 4 0 0 0-5.700 0l-3 3a4 4 0 0 0 5.700 5.700l1-1",
  menu: "M4 6.500h16M4 12h16M4 17.500h16",
  file: "M7 3.500h7l4.500 4.500v12a.500.500 0 0 1-.500.500H7a1 1 0 0 1-1-1v-15a1 1 0 0 1 1-1zM13.500 3.500V8.500h5",
};

/**
 * A drawn icon, hidden from assistive technology: the control that holds it has the name.
 * @param {keyof typeof SHAPES} name
 * @param {number} [size] pixels
 */
export function icon(name, size = 18) {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", width: size, height: size, class: "icon", "aria-hidden": "true" })) {
    svg.setAttribute(key, String(value));
  }
  const path = document.createElementNS(namespace, "path");
  path.setAttribute("d", SHAPES[name]);
  svg.appendChild(path);
  return svg;
}

/**
 * A square button that shows an icon and says its name.
 * @param {keyof typeof SHAPES} shape
 * @param {string} name
 * @param {(event: MouseEvent) => void} onclick
 * @param {Record<string, any>} [props]
 */
export function iconButton(shape, name, onclick, props = {}) {
  const { class: extra = "", ...rest } = props;
  return h("button", { type: "button", class: `icon-button ${extra}`, "aria-label": name, title: name, onclick, ...rest }, icon(shape));
}

/** Shown to screen readers only. @param {string} text */
export const hidden = (text) => h("span", { class: "sr-only" }, text);

const FOCUSABLE = 'a[href],button:not([disabled]),input:not([disabled]),select:not([disabled]),textarea:not([disabled]),[tabindex="0"]';

/** What Tab reaches inside a node, in order. @param {Element} node @returns {HTMLElement[]} */
export function focusables(node) {
  const found = /** @type {HTMLElement[]} */ ([...node.querySelectorAll(FOCUSABLE)]);
  return found.filter((each) => each.offsetParent !== null && !each.closest("[inert]"));
}

/**
 * The same call, at most once per `wait` milliseconds, the last one always.
 * @param {() => void} work
 * @param {number} wait
 */
export function gathered(work, wait) {
  /** @type {number|undefined} */
  let timer;
  return () => {
    if (timer !== undefined) return;
    timer = window.setTimeout(() => {
      timer = undefined;
      work();
    }, wait);
  };
}
