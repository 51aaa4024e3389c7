// Slack's mrkdwn, drawn as nodes (docs.slack.dev, "Formatting message text").
import { h } from "./dom.js";
import { emojiCharacter } from "./emoji.js";
import { formatDate } from "./time.js";

/**
 * Who reads, and what names mean to them.
 * @typedef {object} Reader
 * @property {import("./workspace.js").Workspace} workspace
 * @property {string} user
 * @property {string} zone
 * @property {(channel: string) => void} [openChannel]
 */

const DELIMITERS = { "*": "b", _: "i", "~": "s" };
const WORD = /[\p{L}\p{N}]/u;
const URL_AT = /https?:\/\/[^\s<>|`]+/y;
const EMOJI_AT = /:([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):/y;

/** `&lt;`, `&gt;` and `&amp;` are the only escapes there are. @param {string} text */
export const unescape = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

/** @param {string} text */
export const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

/** An address that may be followed, or null: http, https and mailto only. @param {string} url */
export function safeUrl(url) {
  try {
    const parsed = new URL(url);
    return ["http:", "https:", "mailto:"].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

/** @param {string} url @param {...any} label */
export function link(url, ...label) {
  const href = safeUrl(url);
  if (href === null) return h("span", { class: "dead-link", title: "Only http, https and mailto links can be followed" }, ...label);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...label);
}

/**
 * @param {string} id @param {Reader} reader @param {string} [label]
 */
export function userMention(id, reader, label) {
  const known = reader.workspace.person(id) ?? reader.workspace.isApp(id);
  const name = known ? reader.workspace.nameOf(id) : label || id;
  return h("span", { class: id === reader.user ? "mention mention-me" : "mention" }, `@${name}`);
}

/** @param {string} id @param {Reader} reader @param {string} [label] */
export function channelMention(id, reader, label) {
  const channel = reader.workspace.channel(id);
  const name = channel?.name ?? label;
  if (!name) return h("span", { class: "mention" }, "#private-channel");
  if (!channel || !reader.openChannel) return h("span", { class: "mention" }, `#${name}`);
  return h("button", { type: "button", class: "mention mention-link", onclick: () => reader.openChannel?.(id) }, `#${name}`);
}

/** @param {string} range here, channel or everyone */
export const broadcast = (range) => h("span", { class: "mention mention-me" }, `@${range}`);

/**
 * @param {string} pattern @param {number} seconds @param {string|undefined} url @param {string} fallback @param {Reader} reader
 */
export function dateNode(pattern, seconds, url, fallback, reader) {
  const shown = formatDate(pattern, seconds, reader.zone, reader.workspace.now()) ?? fallback;
  const title = formatDate("{date_long} at {time_secs}", seconds, reader.zone, reader.workspace.now()) ?? fallback;
  const node = h("time", { class: "date", title: `${title} (${reader.zone})` }, shown);
  return url ? link(url, node) : node;
}

/** @param {string} name */
export function emojiNode(name) {
  const character = emojiCharacter(name);
  if (character === undefined) return document.createTextNode(`:${name}:`);
  return h("span", { class: "emoji", role: "img", "aria-label": `:${name}:`, title: `:${name}:` }, character);
}

/** What stands between < and >. @param {string} inside @param {Reader} reader */
function special(inside, reader) {
  const bar = inside.indexOf("|");
  const target = unescape(bar < 0 ? inside : inside.slice(0, bar));
  const label = bar < 0 ? undefined : unescape(inside.slice(bar + 1));
  if (target.startsWith("@")) return userMention(target.slice(1), reader, label);
  if (target.startsWith("#")) return channelMention(target.slice(1), reader, label);
  if (target.startsWith("!date^")) {
    const [, seconds, pattern = "", url] = target.split("^");
    return dateNode(pattern, seconds ? Number(seconds) : NaN, url, label ?? "", reader);
  }
  if (target.startsWith("!subteam^")) return h("span", { class: "mention" }, reader.workspace.groupName(target.slice(9), label));
  if (/^!(here|channel|everyone)$/.test(target)) return broadcast(target.slice(1));
  if (target.startsWith("!")) return document.createTextNode(label ?? `<${target.slice(1)}>`);
  return link(target, label || target.replace(/^mailto:/, ""));
}

/**
 * Where the run that opens at `start` closes, or -1. Neither may touch a letter on its outer or a space on its inner side.
 * @param {string} text @param {number} start
 */
function closingOf(text, start) {
  const mark = text[start];
  if (start > 0 && (WORD.test(text[start - 1]) || text[start - 1] === mark)) return -1;
  if (/\s/.test(text[start + 1] ?? " ") || text[start + 1] === mark) return -1;
  for (let at = start + 1; at < text.length && text[at] !== "\n"; at += 1) {
    if (text[at] === "<" || text[at] === "`") {
      const end = text.indexOf(text[at] === "<" ? ">" : "`", at + 1);
      if (end > 0) at = end;
    } else if (text[at] === mark && !/\s/.test(text[at - 1]) && !(text[at + 1] && (WORD.test(text[at + 1]) || text[at + 1] === mark))) {
      return at;
    }
  }
  return -1;
}

/**
 * One line or paragraph.
 * @param {string} text @param {Reader} reader @param {{plain?: boolean}} [how] plain: within code only <…> counts
 * @returns {Node[]}
 */
function inline(text, reader, how = {}) {
  /** @type {Node[]} */
  const nodes = [];
  let run = "";
  const flush = () => {
    if (run) nodes.push(document.createTextNode(unescape(run)));
    run = "";
  };
  const take = (/** @type {Node} */ node) => {
    flush();
    nodes.push(node);
  };
  let at = 0;
  while (at < text.length) {
    const next = piece(text, at, reader, how);
    if (next) {
      take(next.node);
      at = next.end;
    } else {
      run += text[at];
      at += 1;
    }
  }
  flush();
  return nodes;
}

/**
 * The special thing that begins here, and where it ends; null for plain text.
 * @param {string} text @param {number} at @param {Reader} reader @param {{plain?: boolean}} how
 * @returns {{node: Node, end: number}|null}
 */
function piece(text, at, reader, how) {
  const letter = text[at];
  if (letter === "<") {
    const end = text.indexOf(">", at);
    if (end > at + 1 && !text.slice(at, end).includes("\n")) return { node: special(text.slice(at + 1, end), reader), end: end + 1 };
  }
  if (how.plain) return null;
  if (letter === "`") {
    const end = text.indexOf("`", at + 1);
    const inside = text.slice(at + 1, end);
    if (end > at + 1 && !inside.includes("\n")) return { node: h("code", null, inline(inside, reader, { plain: true })), end: end + 1 };
  }
  if (letter in DELIMITERS) {
    const end = closingOf(text, at);
    if (end > 0) return { node: h(DELIMITERS[/** @type {"*"} */ (letter)], null, inline(text.slice(at + 1, end), reader)), end: end + 1 };
  }
  if (letter === ":") {
    EMOJI_AT.lastIndex = at;
    const name = EMOJI_AT.exec(text)?.[1];
    if (name && emojiCharacter(name) !== undefined) return { node: emojiNode(name), end: at + name.length + 2 };
  }
  if (letter === "h" && !(at > 0 && WORD.test(text[at - 1]))) {
    URL_AT.lastIndex = at;
    const url = URL_AT.exec(text)?.[0].replace(/(?:[.,;:!?)*_~'"]|&gt;)+$/, "");
    if (url && url.length > 8) return { node: link(unescape(url), unescape(url)), end: at + url.length };
  }
  return null;
}

/** Lines, with those that begin with > drawn as one quotation. @param {string} text @param {Reader} reader */
function lines(text, reader) {
  /** @type {Node[]} */
  const nodes = [];
  const all = text.split("\n");
  let at = 0;
  while (at < all.length) {
    const start = at;
    const quoted = /^(?:&gt;|>)/;
    const rest = /^(?:&gt;|>){3}\s?/;
    if (rest.test(all[at])) {
      const inside = [all[at].replace(rest, ""), ...all.slice(at + 1)].join("\n");
      nodes.push(h("blockquote", null, inline(inside, reader)));
      at = all.length;
    } else if (quoted.test(all[at])) {
      while (at < all.length && quoted.test(all[at])) at += 1;
      const inside = all.slice(start, at).map((line) => line.replace(/^(?:&gt;|>) ?/, ""));
      nodes.push(h("blockquote", null, inline(inside.join("\n"), reader)));
    } else {
      while (at < all.length && !quoted.test(all[at])) at += 1;
      nodes.push(h("span", { class: "lines" }, inline(all.slice(start, at).join("\n"), reader)));
    }
  }
  return nodes;
}

/**
 * A text in mrkdwn.
 * @param {string} text as Slack stores it: &, < and > escaped
 * @param {Reader} reader
 * @returns {HTMLElement}
 */
export function mrkdwn(text, reader) {
  const element = h("div", { class: "mrkdwn" });
  const parts = text.split(/```/);
  const closed = parts.length % 2 === 1;
  parts.forEach((part, index) => {
    const preformatted = index % 2 === 1 && (closed || index < parts.length - 1);
    if (preformatted) {
      element.append(h("pre", null, inline(part.replace(/^\n|\n$/g, ""), reader, { plain: true })));
      return;
    }
    let shown = index % 2 === 1 ? "```" + part : part;
    if (index > 0 && index % 2 === 0) shown = shown.replace(/^\n/, "");
    if (index + 1 < parts.length - (closed ? 0 : 1)) shown = shown.replace(/\n$/, "");
    if (shown) element.append(...lines(shown, reader));
  });
  return element;
}

/**
 * A text without markup, for names and announcements.
 * @param {string} text @param {Reader} reader
 */
export function plainOf(text, reader) {
  return (mrkdwn(text, reader).textContent ?? "").trim();
}
