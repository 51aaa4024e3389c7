// One message of a conversation, as its reader sees it.
import { renderBlocks } from "./blocks.js";
import { append, h, hidden, icon } from "./dom.js";
import { emojiCharacter } from "./emoji.js";
import { escape, mrkdwn, plainOf, safeUrl, unescape } from "./mrkdwn.js";
import { clockTime, dateNumber, dayTitle, formatDate } from "./time.js";
import { avatar } from "./workspace.js";

/** @typedef {import("./session.js").Session} Session */

const GROUPED_WITHIN_S = 300;

/** Who wrote it. @param {Session} session @param {any} message */
export function authorOf(session, message) {
  const app = Boolean(message.bot_id) || session.workspace.isApp(message.user);
  const name = message.username || (app ? (message.bot_profile?.name ?? session.workspace.app.name) : session.workspace.nameOf(message.user ?? "?"));
  return { id: message.user ?? message.bot_id ?? "?", name, app, emoji: message.icons?.emoji };
}

/** A message with buttons stands by itself, under its own name. @param {any} message */
const isCard = (message) => (message.blocks ?? []).some((/** @type {any} */ block) => block.type === "actions" || block.type === "header" || block.accessory);

/** Whether a message goes on under the name above it. @param {any} message @param {any} before */
export function continues(message, before) {
  if (!before || message.ephemeral || before.ephemeral || message.subtype === "thread_broadcast" || before.subtype === "thread_broadcast") return false;
  if (isCard(message) || isCard(before)) return false;
  const same = (message.user ?? message.bot_id) === (before.user ?? before.bot_id) && message.username === before.username;
  return same && !before.reply_count && Number(message.ts) - Number(before.ts) < GROUPED_WITHIN_S;
}

/** @param {Session} session @param {string} channel @param {any} message @returns {import("./inputs.js").Surface} */
function surfaceOf(session, channel, message) {
  const key = (/** @type {string} */ block, /** @type {string} */ action) => `${channel} ${message.ts} ${block} ${action}`;
  return {
    kind: "message",
    reader: session.reader,
    layer: session.layer,
    kept: (block, action) => session.entered.get(key(block, action)),
    keep: (block, action, value) => session.entered.set(key(block, action), value),
    act: (block_id, action_id, value) => session.api.act("POST", "actions", { channel, message_ts: message.ts, block_id, action_id, value }),
    async options(block_id, action_id, query) {
      const answer = await session.api.act("POST", "options", { channel, message_ts: message.ts, block_id, action_id, query });
      if (!answer.ok) throw new Error(answer.message || answer.error);
      return answer;
    },
    fileUrl: (id) => session.api.fileUrl(id),
  };
}

/** @param {Session} session @param {any} file */
function fileNode(session, file) {
  const address = session.api.fileUrl(file.id);
  const name = file.title || file.name || "File";
  if (String(file.mimetype).startsWith("image/") && file.mimetype !== "image/svg+xml") {
    const image = h("img", { src: address, alt: name, loading: "lazy", decoding: "async" });
    image.addEventListener("error", () => image.replaceWith(icon("file")), { once: true });
    return h("figure", { class: "file-image" }, h("figcaption", null, name), h("a", { href: address, target: "_blank", rel: "noopener" }, image));
  }
  const size = Number(file.size) > 1_048_576 ? `${(file.size / 1_048_576).toFixed(1)} MB` : `${Math.max(1, Math.round((Number(file.size) || 0) / 1024))} kB`;
  return h("a", { class: "file", href: address, target: "_blank", rel: "noopener" }, h("span", { class: "file-icon" }, icon("file", 22)), h("span", null, h("b", null, name), h("small", null, `${file.pretty_type ?? file.filetype ?? "File"}, ${size}`)));
}

/** @param {Session} session @param {string} channel @param {any} message */
function reactions(session, channel, message) {
  const pills = message.reactions.map((/** @type {any} */ reaction) => {
    const mine = (reaction.users ?? []).includes(session.user);
    const who = (reaction.users ?? []).map((/** @type {string} */ id) => (id === session.user ? "You" : session.workspace.nameOf(id))).join(", ");
    const toggle = () => session.attempt(session.api.act("POST", "reactions", { channel, ts: message.ts, name: reaction.name, remove: mine }));
    return h(
      "button",
      { type: "button", class: mine ? "pill mine" : "pill", "aria-pressed": String(mine), "aria-label": `:${reaction.name}: ${reaction.count}, ${who}`, title: `${who} reacted with :${reaction.name}:`, onclick: toggle },
      h("span", { class: "emoji" }, emojiCharacter(reaction.name) ?? `:${reaction.name}:`),
      h("span", null, reaction.count),
    );
  });
  return h("div", { class: "pills" }, pills);
}

/** "3 replies, last reply today at 14:20" @param {Session} session @param {any} message */
function threadSummary(session, message) {
  const count = message.reply_count;
  const last = formatDate("last reply {date_short_pretty} at {time}", Number(message.latest_reply ?? message.ts), session.reader.zone, session.workspace.now());
  const faces = (message.reply_users ?? []).slice(0, 4).map((/** @type {string} */ id) => avatar(session.workspace, { id, name: session.workspace.nameOf(id), app: session.workspace.isApp(id) }, "small"));
  return h(
    "button",
    { type: "button", class: "thread-summary", onclick: () => session.openThread(message.ts) },
    h("span", { class: "faces" }, faces),
    h("span", { class: "thread-count" }, `${count} ${count === 1 ? "reply" : "replies"}`),
    h("span", { class: "thread-last" }, message.latest_reply && last ? `, ${last.replace("today at ", "")}` : ""),
  );
}

/** Blocks of older messages that hang under a coloured bar. @param {any} attachment @param {import("./inputs.js").Surface} surface */
function attachmentNode(attachment, surface) {
  const node = h("div", { class: "attachment" });
  if (/^#?[0-9a-f]{6}$/i.test(attachment.color ?? "")) node.style.borderColor = `#${attachment.color.replace("#", "")}`;
  const href = attachment.title_link ? safeUrl(attachment.title_link) : null;
  if (attachment.pretext) append(node, mrkdwn(attachment.pretext, surface.reader));
  if (attachment.title) append(node, h(href ? "a" : "b", { href, target: "_blank", rel: "noopener" }, unescape(attachment.title)));
  if (attachment.blocks) append(node, renderBlocks(attachment.blocks, surface));
  else append(node, mrkdwn(attachment.text ?? attachment.fallback ?? "", surface.reader));
  return node;
}

/** @param {Session} session @param {string} channel @param {any} message */
function bodyOf(session, channel, message) {
  const surface = surfaceOf(session, channel, message);
  const parts = [];
  if (/_(join|leave|topic|purpose|name)$/.test(message.subtype ?? "")) return [h("div", { class: "happened" }, mrkdwn((message.text ?? "").replace(/^<@\w+(?:\|[^>]*)?> has /, ""), session.reader))];
  if (message.subtype === "tombstone") return [h("div", { class: "gone" }, "This message was deleted.")];
  if (message.blocks?.length) parts.push(renderBlocks(message.blocks, surface));
  else if (message.text) parts.push(message.mrkdwn === false ? h("div", { class: "mrkdwn" }, unescape(message.text)) : mrkdwn(message.text, session.reader));
  if (message.edited && !isCard(message)) parts.push(h("span", { class: "edited" }, "(edited)"));
  for (const attachment of message.attachments ?? []) parts.push(attachmentNode(attachment, surface));
  if (message.files?.length) parts.push(h("div", { class: "files" }, message.files.map((/** @type {any} */ file) => fileNode(session, file))));
  return parts;
}

/**
 * A message with what stands above it: a day's divider, the mark of what is new.
 * @param {Session} session
 * @param {string} channel
 * @param {any} message
 * @param {{before?: any, inThread?: boolean, firstNew?: boolean}} where
 * @returns {HTMLElement}
 */
export function renderMessage(session, channel, message, where) {
  const zone = session.reader.zone;
  const at = Number(message.ts);
  const now = session.workspace.now();
  const newDay = !where.before || dateNumber(Number(where.before.ts), zone) !== dateNumber(at, zone);
  const author = authorOf(session, message);
  const follows = !newDay && !where.firstNew && continues(message, where.before);
  const time = clockTime(at, zone);
  const exact = `${dayTitle(at, zone, now)} at ${formatDate("{time_secs}", at, zone, now)}`;
  const isReply = message.thread_ts && message.thread_ts !== message.ts;

  const content = h("div", { class: "message-content" });
  if (message.ephemeral) append(content, h("div", { class: "only-you" }, icon("lock", 13), "Only visible to you"));
  if (message.subtype === "thread_broadcast" && !where.inThread) {
    append(content, h("div", { class: "broadcast" }, icon("thread", 13), "replied to a thread: ", h("button", { type: "button", class: "link-button", onclick: () => session.openThread(message.thread_ts) }, rootText(session, message))));
  }
  if (!follows) {
    append(content, h("div", { class: "message-head" }, h("span", { class: "author" }, author.name), author.app && h("span", { class: "badge-app" }, "APP"), h("time", { class: "at", title: exact }, time), message.edited && isCard(message) && h("span", { class: "edited" }, "(edited)")));
  }
  append(content, h("div", { class: "message-body" }, bodyOf(session, channel, message)));
  if (message.subtype === "thread_broadcast" && where.inThread) append(content, h("div", { class: "also-sent" }, "Also sent to the channel"));
  if (message.reactions?.length) append(content, reactions(session, channel, message));
  if (!where.inThread && message.reply_count && !isReply) append(content, threadSummary(session, message));

  const gutter = h("div", { class: "gutter" }, follows ? h("time", { class: "at-side", title: exact, "aria-hidden": "true" }, time) : avatar(session.workspace, author));
  const classes = ["message", follows && "follows", message.ephemeral && "ephemeral"].filter(Boolean).join(" ");
  const article = h("article", { class: classes, tabindex: "-1", "aria-label": `${author.name}, ${time}`, data: { ts: message.ts } }, follows && hidden(`${author.name}: `), gutter, content);
  const day = newDay && h("div", { class: "day", role: "separator", "aria-label": dayTitle(at, zone, now) }, h("span", null, dayTitle(at, zone, now)));
  const fresh = where.firstNew && h("div", { class: "new-line", role: "separator", "aria-label": "New messages" }, h("span", null, "New"));
  return h("div", { class: "item", data: { ts: message.ts } }, day, fresh, article);
}

/** @param {Session} session @param {any} message */
function rootText(session, message) {
  const text = plainOf(message.root?.text ?? "", session.reader);
  return text ? (text.length > 80 ? `${text.slice(0, 79)}…` : text) : "the thread";
}

/**
 * What a person typed, as Slack stores it: escaped, with mentions as ids.
 * @param {string} typed
 * @param {import("./workspace.js").Workspace} workspace
 */
export function toStored(typed, workspace) {
  let text = escape(typed);
  const people = [...workspace.people.map((each) => ({ id: each.id, name: each.real_name || each.name })), { id: workspace.app.bot_user_id, name: workspace.app.name }];
  people.sort((a, b) => b.name.length - a.name.length);
  for (const { id, name } of people) if (name) text = replaceWord(text, `@${escape(name)}`, `<@${id}>`);
  for (const each of workspace.people) text = replaceWord(text, `@${escape(each.name)}`, `<@${each.id}>`);
  for (const { id, name } of workspace.channels) text = replaceWord(text, `#${name}`, `<#${id}>`);
  for (const range of ["here", "channel", "everyone"]) text = replaceWord(text, `@${range}`, `<!${range}>`);
  return text;
}

/** @param {string} text @param {string} word @param {string} by */
function replaceWord(text, word, by) {
  const quoted = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return text.replace(new RegExp(`(?<![\\p{L}\\p{N}@#<])${quoted}(?![\\p{L}\\p{N}_-])`, "gu"), () => by);
}

/** The other way round, for editing. @param {string} stored @param {import("./workspace.js").Workspace} workspace */
export function toTyped(stored, workspace) {
  const plain = stored.replace(/<([@#!])([^>|]+)(?:\|([^>]*))?>/g, (_whole, kind, id, label) => {
    if (kind === "@") return `@${workspace.nameOf(id)}`;
    if (kind === "#") return `#${workspace.channel(id)?.name ?? label ?? id}`;
    return label || `@${id}`;
  });
  return unescape(plain.replace(/<([^>|]+)(?:\|[^>]*)?>/g, "$1"));
}
