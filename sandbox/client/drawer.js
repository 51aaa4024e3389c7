// A panel at the right edge of the page, for tools.
import { h, iconButton } from "./dom.js";

/**
 * @param {string} title
 * @param {() => void} onclose
 * @param {...Node} tools beside the title
 */
export function drawer(title, onclose, ...tools) {
  const body = h("div", { class: "drawer-body" });
  const node = h("aside", { class: "drawer", "aria-label": title }, h("header", { class: "head" }, h("div", { class: "head-words" }, h("h1", null, h("span", null, title))), h("span", { class: "spacer" }), ...tools, iconButton("close", `Close ${title.toLowerCase()}`, onclose)), body);
  node.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && onclose());
  return { node, body };
}
