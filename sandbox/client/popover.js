// What opens beside a control: menus, small panels, and the question before a dangerous press.
import { append, focusables, h } from "./dom.js";

/** @type {{close: (back?: boolean) => void, panel: HTMLElement}[]} */
const open = [];

document.addEventListener(
  "pointerdown",
  (event) => {
    while (open.length && !open[open.length - 1].panel.contains(/** @type {Node} */ (event.target))) open[open.length - 1].close(false);
  },
  true,
);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.activeElement === document.body) open[open.length - 1]?.close();
});
window.addEventListener("resize", closePopovers);

/** Close all that is open. */
export function closePopovers() {
  while (open.length) open[open.length - 1].close(false);
}

/**
 * Put a panel beside an anchor, within a session's layer.
 * @param {HTMLElement} layer
 * @param {HTMLElement} anchor
 * @param {HTMLElement} panel
 * @param {{align?: "start"|"end", above?: boolean, onclose?: () => void, matchWidth?: boolean}} [how]
 * @returns {() => void} closes it and gives the focus back
 */
export function openPopover(layer, anchor, panel, how = {}) {
  panel.classList.add("popover");
  layer.append(panel);
  const place = () => {
    if (!anchor.isConnected) return; // drawn anew meanwhile: the panel stays where it is
    const around = layer.getBoundingClientRect();
    const by = anchor.getBoundingClientRect();
    if (how.matchWidth) panel.style.minWidth = `${Math.max(by.width, 180)}px`;
    const { width, height } = panel.getBoundingClientRect();
    const left = how.align === "end" ? by.right - width : by.left;
    const fitsBelow = by.bottom + 6 + height <= around.bottom - 4;
    const above = how.above ? by.top - 6 - height >= around.top : !fitsBelow && by.top - around.top > around.bottom - by.bottom;
    const top = above ? Math.max(around.top + 4, by.top - 6 - height) : Math.min(by.bottom + 6, Math.max(around.top + 4, around.bottom - height - 4));
    panel.style.left = `${Math.max(around.left + 4, Math.min(left, around.right - width - 4)) - around.left}px`;
    panel.style.top = `${top - around.top}px`;
  };
  place();
  const watcher = new ResizeObserver(place);
  watcher.observe(panel);
  if (anchor.parentElement) watcher.observe(anchor.parentElement);
  document.addEventListener("scroll", place, { capture: true, passive: true });
  const entry = {
    panel,
    close(back = true) {
      const index = open.indexOf(entry);
      if (index < 0) return;
      open.splice(index, 1);
      watcher.disconnect();
      document.removeEventListener("scroll", place, { capture: true });
      panel.remove();
      anchor.setAttribute("aria-expanded", "false");
      how.onclose?.();
      if (back && anchor.isConnected) anchor.focus();
    },
  };
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      entry.close();
    }
    if (event.key === "Tab") entry.close();
  });
  anchor.setAttribute("aria-expanded", "true");
  open.push(entry);
  return entry.close;
}

/**
 * @typedef {object} MenuItem
 * @property {string|Node} label
 * @property {string} [hint]
 * @property {Node} [icon]
 * @property {boolean} [danger]
 * @property {boolean} [checked]
 * @property {() => void} onselect
 */

/**
 * A menu of buttons; arrow keys move, Enter and Space press, Esc closes. A string is a heading, null a line.
 * @param {HTMLElement} layer
 * @param {HTMLElement} anchor
 * @param {(MenuItem|string|null)[]} items
 * @param {{label: string, align?: "start"|"end", above?: boolean}} how
 */
export function openMenu(layer, anchor, items, how) {
  const menu = h("div", { role: "menu", class: "menu", "aria-label": how.label });
  /** @type {(back?: boolean) => void} */
  let close = () => undefined;
  for (const item of items) {
    if (item === null) append(menu, h("div", { role: "separator", class: "menu-line" }));
    else if (typeof item === "string") append(menu, h("div", { class: "menu-heading", role: "presentation" }, item));
    else {
      const choose = () => {
        close();
        item.onselect();
      };
      const role = item.checked === undefined ? "menuitem" : "menuitemradio";
      const props = { type: "button", role, tabindex: "-1", class: item.danger ? "menu-item danger" : "menu-item", "aria-checked": item.checked === undefined ? null : String(item.checked), onclick: choose };
      append(menu, h("button", props, item.icon, h("span", { class: "menu-label" }, item.label, item.hint && h("small", null, item.hint))));
    }
  }
  const choices = /** @type {HTMLElement[]} */ ([...menu.querySelectorAll("button")]);
  menu.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const at = choices.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: choices.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choices[(to + choices.length) % choices.length]?.focus();
  });
  close = openPopover(layer, anchor, menu, how);
  choices[0]?.focus({ preventScroll: true });
}

/**
 * Keep Tab within a dialog.
 * @param {HTMLElement} dialog
 * @param {KeyboardEvent} event
 */
export function trapFocus(dialog, event) {
  if (event.key !== "Tab") return;
  const inside = focusables(dialog);
  if (!inside.length) return;
  const [first, last] = [inside[0], inside[inside.length - 1]];
  if (event.shiftKey && document.activeElement === first) {
    event.preventDefault();
    last.focus();
  } else if (!event.shiftKey && document.activeElement === last) {
    event.preventDefault();
    first.focus();
  }
}

/**
 * Slack's confirmation: a title, a text, and two buttons.
 * @param {HTMLElement} layer
 * @param {{title: string, text: Node|string, confirm: string, deny: string, danger?: boolean}} question
 * @returns {Promise<boolean>}
 */
export function ask(layer, question) {
  const before = /** @type {HTMLElement|null} */ (document.activeElement);
  return new Promise((resolve) => {
    const finish = (/** @type {boolean} */ answer) => {
      backdrop.remove();
      if (before?.isConnected) before.focus();
      resolve(answer);
    };
    const no = h("button", { type: "button", class: "button", onclick: () => finish(false) }, question.deny);
    const yes = h("button", { type: "button", class: `button ${question.danger ? "danger" : "primary"}`, onclick: () => finish(true) }, question.confirm);
    const dialog = h(
      "div",
      { class: "dialog dialog-small", role: "alertdialog", "aria-modal": "true", "aria-label": question.title },
      h("header", { class: "dialog-head" }, h("h2", null, question.title)),
      h("div", { class: "dialog-body" }, question.text),
      h("footer", { class: "dialog-foot" }, no, yes),
    );
    const backdrop = h("div", { class: "backdrop backdrop-question" }, dialog);
    backdrop.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      event.stopPropagation();
      if (event.key === "Escape") finish(false);
      trapFocus(dialog, event);
    });
    layer.append(backdrop);
    yes.focus();
  });
}

/**
 * A line that shows for a while at a session's foot.
 * @param {HTMLElement} layer
 * @param {string} text
 */
export function toast(layer, text) {
  layer.querySelector(".toast")?.remove();
  const note = h("div", { class: "toast", role: "status" }, text);
  layer.append(note);
  window.setTimeout(() => note.remove(), 4000);
}
