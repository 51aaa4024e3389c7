// Where one writes: messages, commands, files.
import { Completion } from "./completion.js";
import { h, icon, iconButton } from "./dom.js";
import { toStored } from "./message.js";
import { pickEmoji } from "./message_actions.js";
import { openMenu } from "./popover.js";

/** @typedef {import("./session.js").Session} Session */

const INVITE = { command: "/invite", description: "Add somebody, or the app, to this channel", usage_hint: "[@name]" };
const MAX_HEIGHT_PX = 260;

export class Composer {
  /**
   * @param {Session} session
   * @param {{channel: string, name: string, thread?: string, canBroadcast?: boolean}} where
   */
  constructor(session, where) {
    this.session = session;
    this.where = where;
    /** @type {File[]} */
    this.files = [];
    this.key = `${where.channel} ${where.thread ?? ""}`;
    const label = where.thread ? `Reply to thread in ${where.name}` : `Message ${where.name}`;
    this.field = /** @type {HTMLTextAreaElement} */ (h("textarea", { class: "composer-field", rows: 1, "aria-label": label, placeholder: where.thread ? "Reply…" : label }));
    this.field.value = session.drafts.get(this.key) ?? "";
    this.completion = new Completion(session, this.field, () => (where.thread ? [] : [...session.workspace.app.commands, INVITE]));
    this.error = h("div", { class: "composer-error", role: "alert", hidden: true });
    this.sendButton = iconButton("send", "Send message", () => this.send(), { class: "send" });
    this.chips = h("div", { class: "attachments" });
    this.broadcast = h("input", { type: "checkbox" });
    this.node = h("div", { class: "composer-area" }, this.completion.node, this.error, this.frame(), where.canBroadcast && h("label", { class: "check broadcast-check" }, this.broadcast, h("span", null, `Also send to ${where.name}`)));
    this.listen();
    queueMicrotask(() => this.grow());
  }

  frame() {
    const picker = h("input", { type: "file", multiple: true, hidden: true, "aria-label": "Files to attach" });
    picker.addEventListener("change", () => {
      this.attach([...picker.files]);
      picker.value = "";
    });
    const wrap = (/** @type {"bold"} */ shape, /** @type {string} */ name, /** @type {string} */ mark) => iconButton(shape, name, () => this.surround(mark), { tabindex: "-1" });
    const shortcuts = iconButton("bolt", "Shortcuts", () => this.openShortcuts(shortcuts), { "aria-haspopup": "menu" });
    const emoji = iconButton("smile", "Emoji", () => pickEmoji(this.session.layer, emoji, (name) => this.insert(`:${name}: `)));
    const tools = h(
      "div",
      { class: "composer-tools" },
      iconButton("clip", "Attach files", () => picker.click()),
      picker,
      !this.where.thread && shortcuts,
      emoji,
      iconButton("at", "Mention somebody", () => this.insert("@")),
      h("span", { class: "tool-line" }),
      h("span", { class: "format-tools" }, wrap("bold", "Bold", "*"), wrap(/** @type {any} */ ("italic"), "Italic", "_"), wrap(/** @type {any} */ ("strike"), "Strike through", "~"), wrap(/** @type {any} */ ("code"), "Code", "`")),
      h("span", { class: "spacer" }),
      this.sendButton,
    );
    return h("div", { class: "composer" }, this.field, this.chips, tools);
  }

  listen() {
    this.field.addEventListener("input", () => {
      this.grow();
      this.session.drafts.set(this.key, this.field.value);
      this.completion.update();
      this.setError(null);
    });
    this.field.addEventListener("keydown", (event) => {
      if (this.completion.onKey(event)) return;
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.send();
      }
      if (event.key === "Escape") this.setError(null);
      const mark = (event.metaKey || event.ctrlKey) && { b: "*", i: "_" }[event.key];
      if (mark) {
        event.preventDefault();
        this.surround(mark);
      }
    });
    this.field.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (!files.length) return;
      event.preventDefault();
      this.attach(files);
    });
    this.node.addEventListener("dragover", (/** @type {DragEvent} */ event) => event.preventDefault());
    this.node.addEventListener("drop", (/** @type {DragEvent} */ event) => {
      event.preventDefault();
      this.attach([...(event.dataTransfer?.files ?? [])]);
    });
  }

  grow() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(MAX_HEIGHT_PX, this.field.scrollHeight)}px`;
    this.sendButton.classList.toggle("ready", Boolean(this.field.value.trim() || this.files.length));
  }

  focus() {
    this.field.focus({ preventScroll: true });
  }

  /** @param {string} text */
  insert(text) {
    this.field.setRangeText(text, this.field.selectionStart, this.field.selectionEnd, "end");
    this.field.dispatchEvent(new Event("input"));
    this.focus();
  }

  /** @param {string} mark */
  surround(mark) {
    const { selectionStart: from, selectionEnd: to } = this.field;
    this.field.setRangeText(`${mark}${this.field.value.slice(from, to)}${mark}`, from, to, "end");
    if (from === to) this.field.setSelectionRange(from + 1, from + 1);
    this.field.dispatchEvent(new Event("input"));
    this.focus();
  }

  /** @param {File[]} files */
  attach(files) {
    this.files.push(...files);
    const remove = (/** @type {File} */ file) => {
      this.files = this.files.filter((each) => each !== file);
      this.attach([]);
    };
    this.chips.replaceChildren(
      ...this.files.map((file) => h("span", { class: "chip" }, icon("file", 14), file.name, h("button", { type: "button", class: "chip-remove", "aria-label": `Remove ${file.name}`, onclick: () => remove(file) }, icon("close", 12)))),
    );
    this.grow();
  }

  /** @param {HTMLElement} anchor */
  openShortcuts(anchor) {
    const { app } = this.session.workspace;
    const shortcuts = app.shortcuts.filter((/** @type {any} */ each) => each.type === "global");
    const run = (/** @type {any} */ each) => this.session.attempt(this.session.api.act("POST", "shortcuts", { callback_id: each.callback_id }));
    const commands = app.commands.map((/** @type {any} */ each) => ({ label: each.command, hint: each.description, icon: icon("code", 16), onselect: () => this.prefill(`${each.command} `) }));
    const items = [...(shortcuts.length ? [`Shortcuts of ${app.name}`] : []), ...shortcuts.map((/** @type {any} */ each) => ({ label: each.name, icon: icon("bolt", 16), onselect: () => run(each) })), ...(commands.length ? ["Commands"] : []), ...commands];
    openMenu(this.session.layer, anchor, items.length ? items : ["The app has none"], { label: "Shortcuts", above: true });
  }

  /** @param {string} text */
  prefill(text) {
    this.field.value = text;
    this.field.dispatchEvent(new Event("input"));
    this.focus();
  }

  /** @param {string|null} text */
  setError(text) {
    this.error.hidden = text === null;
    this.error.replaceChildren(...(text === null ? [] : [icon("fault", 15), h("span", null, text)]));
  }

  async send() {
    const typed = this.field.value.trim();
    if ((!typed && !this.files.length) || this.node.classList.contains("sending")) return;
    this.completion.hide();
    this.setError(null);
    this.node.classList.add("sending");
    const slow = window.setTimeout(() => this.node.classList.add("slow"), 300);
    const trouble = /^\/\S/.test(this.field.value) ? await this.command(typed) : await this.message(typed);
    window.clearTimeout(slow);
    this.node.classList.remove("sending", "slow");
    this.setError(trouble);
    if (trouble !== null || this.field.value.trim() !== typed) return;
    this.field.value = "";
    this.session.drafts.delete(this.key);
    this.files = [];
    this.attach([]);
  }

  /** @param {string} typed @returns {Promise<string|null>} what went wrong */
  async message(typed) {
    const { channel, thread } = this.where;
    const files = await Promise.all(this.files.map(asUpload));
    const body = { channel, text: toStored(typed, this.session.workspace), thread_ts: thread, broadcast: thread && this.broadcast.checked ? true : undefined, files: files.length ? files : undefined };
    const answer = await this.session.api.act("POST", "messages", body);
    if (answer.ok) this.broadcast.checked = false;
    return answer.ok ? null : `Not sent: ${answer.message || answer.error}`;
  }

  /** @param {string} typed @returns {Promise<string|null>} */
  async command(typed) {
    const [, command, text = ""] = /^(\/\S+)\s*([\s\S]*)$/.exec(typed) ?? [];
    if (this.where.thread) return `${command} does not work in threads. Type it in the channel.`;
    if (command === INVITE.command) return this.invite(text.trim());
    const known = this.session.workspace.app.commands.some((/** @type {any} */ each) => each.command === command);
    if (!known) return `${command} is not a command here. To send it as text, put a space before the slash.`;
    const answer = await this.session.api.act("POST", "commands", { channel: this.where.channel, command, text });
    if (answer.message?.startsWith(`${command} failed`)) return answer.message;
    return answer.ok ? null : `${command} failed: ${answer.message && answer.message !== answer.error ? `${answer.message} (${answer.error})` : answer.error}`;
  }

  /** @param {string} name @returns {Promise<string|null>} */
  async invite(name) {
    const user = /^<@(\w+)>$/.exec(toStored(name.startsWith("@") ? name : `@${name}`, this.session.workspace))?.[1];
    if (!user) return `${name || "Nobody"} is not a person or app of this workspace. Try /invite @${this.session.workspace.app.name}.`;
    return this.session.setMember(this.where.channel, user, true);
  }
}

/** @param {File} file */
async function asUpload(file) {
  const address = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(/** @type {string} */ (reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
  return { name: file.name, mimetype: file.type || "application/octet-stream", content_base64: String(address).split(",")[1] ?? "" };
}
