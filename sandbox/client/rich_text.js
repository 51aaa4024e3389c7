// The rich_text block: sections, lists, quotes and preformatted text.
import { append, h } from "./dom.js";
import { emojiNode, broadcast, channelMention, dateNode, link, userMention } from "./mrkdwn.js";

/** @typedef {import("./mrkdwn.js").Reader} Reader */

/** @param {any} element @returns {string} */
function characterOf(element) {
  const codes = String(element.unicode ?? "").split("-").map((code) => Number.parseInt(code, 16));
  return codes.every((code) => Number.isInteger(code) && code > 0 && code <= 0x10ffff) ? String.fromCodePoint(...codes) : "";
}

/** @param {any} element @param {Reader} reader @returns {Node} */
function bare(element, reader) {
  switch (element.type) {
    case "text":
      return document.createTextNode(element.text ?? "");
    case "link":
      return link(element.url ?? "", element.text || element.url || "");
    case "emoji": {
      const character = characterOf(element);
      return character ? h("span", { class: "emoji", role: "img", "aria-label": `:${element.name}:` }, character) : emojiNode(element.name ?? "");
    }
    case "user":
      return userMention(element.user_id, reader);
    case "channel":
      return channelMention(element.channel_id, reader);
    case "usergroup":
      return h("span", { class: "mention" }, reader.workspace.groupName(element.usergroup_id));
    case "team":
      return h("span", { class: "mention" }, element.team_id);
    case "broadcast":
      return broadcast(element.range);
    case "date":
      return dateNode(element.format ?? "", Number(element.timestamp), element.url, element.fallback ?? "", reader);
    case "color": {
      const swatch = h("span", { class: "swatch" });
      swatch.style.backgroundColor = /^#[0-9a-f]{3,8}$/i.test(element.value) ? element.value : "transparent";
      return h("span", { class: "colour" }, swatch, element.value);
    }
    default:
      return h("span", { class: "unknown" }, `Unsupported element: ${element.type}`);
  }
}

/** @param {any} element @param {Reader} reader @returns {Node} */
function inlineElement(element, reader) {
  let node = bare(element, reader);
  const style = element.style ?? {};
  if (style.code) node = h("code", null, node);
  if (style.underline) node = h("u", null, node);
  if (style.strike) node = h("s", null, node);
  if (style.italic) node = h("i", null, node);
  if (style.bold) node = h("b", null, node);
  if (style.highlight || style.client_highlight) node = h("mark", null, node);
  return node;
}

/** @param {any[]} elements @param {Reader} reader */
const inlines = (elements, reader) => (elements ?? []).map((each) => inlineElement(each, reader));

/** @param {any} element @param {Reader} reader */
function list(element, reader) {
  const ordered = element.style === "ordered";
  const node = h(ordered ? "ol" : "ul", { class: element.border ? "bordered" : "" });
  const indent = Math.min(Number(element.indent) || 0, 8);
  node.style.marginInlineStart = `${indent * 22}px`;
  const styles = ordered ? ["decimal", "lower-alpha", "lower-roman"] : ["disc", "circle", "square"];
  node.style.listStyleType = styles[indent % 3];
  if (ordered && Number.isInteger(element.offset)) node.setAttribute("start", String(element.offset + 1));
  for (const item of element.elements ?? []) append(node, h("li", null, inlines(item.elements, reader)));
  return node;
}

/**
 * @param {any} block
 * @param {Reader} reader
 */
export function richText(block, reader) {
  const node = h("div", { class: "rich-text" });
  for (const element of block.elements ?? []) {
    if (element.type === "rich_text_section") append(node, h("div", { class: "lines" }, inlines(element.elements, reader)));
    else if (element.type === "rich_text_list") append(node, list(element, reader));
    else if (element.type === "rich_text_quote") append(node, h("blockquote", null, inlines(element.elements, reader)));
    else if (element.type === "rich_text_preformatted") append(node, h("pre", null, inlines(element.elements, reader)));
    else append(node, h("div", { class: "unknown" }, `Unsupported element: ${element.type}`));
  }
  return node;
}
