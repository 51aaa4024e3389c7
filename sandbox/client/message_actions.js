// What one can do with a message: a small bar over the one pointed at, and its menu.
import { h, icon, iconButton } from "./dom.js";
import { PICKED, emojiCharacter, findEmoji } from "./emoji.js";
import { toStored, toTyped } from "./message.js";
import { ask, openMenu, openPopover, toast } from "./popover.js";

/** @typedef {import("./message_list.js").MessageList} MessageList */

/**
 * One bar for a whole list, moved to the message under the pointer or the focus.
 * @param {MessageList} list
 */
export function attachToolbar(list) {
  /** @type {HTMLElement|null} */
  let on = null;
  const bar = h("div", { class: "message-bar", role: "toolbar", "aria-label": "Message actions" });

  const show = (/** @type {Event} */ event) => {
    const article = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest?.(".message"));
    if (!article || article === on || article.querySelector(".edit-box") || bar.querySelector("[aria-expanded=true]")) return;
    const message = list.messages.find((each) => each.ts === article.dataset.ts);
    if (!message || message.subtype === "tombstone") return;
    on = article;
    bar.replaceChildren(...buttons(list, message));
    article.append(bar);
  };
  list.scroller.addEventListener("pointerover", show);
  list.scroller.addEventListener("focusin", show);
  list.scroller.addEventListener("pointerleave", () => {
    if (bar.querySelector("[aria-expanded=true]") || bar.contains(document.activeElement)) return;
    bar.remove();
    on = null;
  });
}

/** @param {MessageList} list @param {any} message */
function buttons(list, message) {
  const { session } = list;
  const more = iconButton("more", "Message actions", () => openMessageMenu(list, message, more), { "aria-haspopup": "menu" });
  if (message.ephemeral) return [iconButton("close", "Dismiss", () => list.remove(message.ts))];
  const react = iconButton("smile", "Add reaction", () =>
    pickEmoji(session.layer, react, (name) => session.attempt(session.api.act("POST", "reactions", { channel: list.channel, ts: message.ts, name }))),
  );
  const reply = !list.thread && iconButton("reply", "Reply in thread", () => session.openThread(message.thread_ts ?? message.ts, { write: true }));
  return [react, reply, more].filter((each) => each !== false && each !== undefined);
}

/** @param {MessageList} list @param {any} message @param {HTMLElement} anchor */
function openMessageMenu(list, message, anchor) {
  const { session } = list;
  const { app } = session.workspace;
  const mine = message.user === session.user && !message.bot_id;
  const shortcuts = app.shortcuts.filter((/** @type {any} */ each) => each.type === "message");
  /** @type {(import("./popover.js").MenuItem|string|null)[]} */
  const items = [{ label: "Copy link", icon: icon("link", 16), onselect: () => copyLink(list, message) }];
  if (mine) {
    items.push({ label: "Edit message", icon: icon("code", 16), onselect: () => edit(list, message) });
    items.push({ label: "Delete message", icon: icon("close", 16), danger: true, onselect: () => remove(list, message) });
  }
  if (shortcuts.length) items.push(null, `Shortcuts of ${app.name}`);
  for (const shortcut of shortcuts) {
    const run = () => session.attempt(session.api.act("POST", "shortcuts", { callback_id: shortcut.callback_id, channel: list.channel, ts: message.ts }));
    items.push({ label: shortcut.name, icon: icon("bolt", 16), onselect: run });
  }
  openMenu(session.layer, anchor, items, { label: "Message actions", align: "end" });
}

/** @param {MessageList} list @param {any} message */
async function copyLink(list, message) {
  const link = message.permalink ?? `${list.channel}/${message.ts}`;
  try {
    await navigator.clipboard.writeText(link);
    toast(list.session.layer, "Link copied.");
  } catch {
    toast(list.session.layer, link);
  }
}

/** @param {MessageList} list @param {any} message */
async function remove(list, message) {
  const { session } = list;
  const sure = await ask(session.layer, { title: "Delete message", text: "This message will be gone for everybody.", confirm: "Delete", deny: "Cancel", danger: true });
  if (sure) await session.attempt(session.api.act("DELETE", "messages", { channel: list.channel, ts: message.ts }));
}

/** Edit in place. @param {MessageList} list @param {any} message */
function edit(list, message) {
  const { session } = list;
  const article = list.itemOf(message.ts)?.querySelector(".message");
  const body = article?.querySelector(".message-body");
  if (!article || !body) return;
  article.querySelector(".message-bar")?.remove();
  const field = h("textarea", { class: "text-input", "aria-label": "Edit message", rows: 2 });
  field.value = toTyped(message.text ?? "", session.workspace);
  const redraw = () => list.redraw(list.messages.findIndex((each) => each.ts === message.ts));
  const save = async () => {
    const text = toStored(field.value.trim(), session.workspace);
    if (!text) return;
    if (await session.attempt(session.api.act("PATCH", "messages", { channel: list.channel, ts: message.ts, text }))) redraw();
  };
  field.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    event.stopPropagation();
    if (event.key === "Escape") redraw();
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      save();
    }
  });
  const foot = h("div", { class: "edit-foot" }, h("button", { type: "button", class: "button", onclick: redraw }, "Cancel"), h("button", { type: "button", class: "button primary", onclick: save }, "Save"));
  body.replaceChildren(h("div", { class: "edit-box" }, field, foot));
  field.focus();
}

/**
 * A small picker of emoji.
 * @param {HTMLElement} layer @param {HTMLElement} anchor @param {(name: string) => void} chosen
 */
export function pickEmoji(layer, anchor, chosen) {
  const search = h("input", { class: "select-filter", type: "text", placeholder: "Find an emoji", "aria-label": "Find an emoji", autocomplete: "off" });
  const grid = h("div", { class: "emoji-grid", role: "listbox", "aria-label": "Emoji" });
  const panel = h("div", { class: "emoji-panel" }, search, grid);
  const close = openPopover(layer, anchor, panel, { align: "end" });
  const take = (/** @type {string} */ name) => {
    close();
    chosen(name);
  };
  const draw = () => {
    const names = search.value ? findEmoji(search.value, 40) : PICKED;
    grid.replaceChildren(...names.map((name) => h("button", { type: "button", role: "option", class: "emoji-choice", "aria-label": `:${name}:`, title: `:${name}:`, tabindex: "-1", onclick: () => take(name) }, emojiCharacter(name))));
  };
  search.addEventListener("input", draw);
  panel.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const all = /** @type {HTMLElement[]} */ ([...grid.children]);
    const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 8, ArrowUp: -8 }[event.key];
    if (event.key === "Enter" && at < 0 && all[0]) {
      event.preventDefault();
      all[0].click();
    } else if (by && (at >= 0 || event.key === "ArrowDown")) {
      event.preventDefault();
      (all[at < 0 ? 0 : at + by] ?? search).focus();
    }
  });
  draw();
  search.focus({ preventScroll: true });
}
