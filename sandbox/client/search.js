// Looking for messages: a field above the conversations, and what was found beside it.
import { gathered, h, icon } from "./dom.js";
import { authorOf } from "./message.js";
import { plainOf } from "./mrkdwn.js";
import { openPopover } from "./popover.js";
import { formatDate } from "./time.js";

const SHOWN = 20;
const SNIPPET = 140;
let made = 0;

/** @typedef {import("./session.js").Session} Session */

export class Search {
  /** @param {Session} session */
  constructor(session) {
    this.session = session;
    this.id = `search-${(made += 1)}`;
    this.field = h("input", { type: "search", class: "search-field", role: "combobox", placeholder: "Search messages", title: "Ctrl+K", "aria-label": "Search messages", "aria-expanded": "false", "aria-controls": this.id, "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false" });
    this.node = h("div", { class: "search" }, icon("search", 15), this.field);
    /** @type {any[]} */
    this.found = [];
    this.at = -1;
    this.turn = 0;
    const soon = gathered(() => this.look(), 150);
    this.field.addEventListener("input", soon);
    this.field.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.onKey(event));
    this.field.addEventListener("click", () => this.panel || this.look());
    this.field.addEventListener("focus", () => this.field.value.trim() && this.look());
    this.field.addEventListener("blur", () => this.hide());
  }

  async look() {
    const words = this.field.value.trim();
    const turn = (this.turn += 1);
    if (!words) return this.hide();
    const answer = await this.session.api.see("search", { q: words }).catch((error) => this.session.fail(error));
    if (!answer || turn !== this.turn || document.activeElement !== this.field) return undefined;
    this.found = answer.messages.slice(0, SHOWN);
    this.show(answer.messages.length);
    return undefined;
  }

  /** @param {number} count */
  show(count) {
    const words = count === 0 ? "Nothing was found." : count > SHOWN ? `The newest ${SHOWN} of ${count === 100 ? "100 and more" : count}` : count === 1 ? "1 message" : `${count} messages`;
    const options = this.found.map((message, index) => this.row(message, index));
    const list = h("div", { id: this.id, role: "listbox", "aria-label": "Messages found" }, options);
    const content = [h("p", { class: "search-count", role: "status" }, words), list];
    this.at = -1;
    if (this.panel) this.panel.replaceChildren(...content);
    else {
      const panel = h("div", { class: "search-results", onpointerdown: (/** @type {Event} */ event) => event.preventDefault() }, content);
      this.panel = panel;
      this.close = openPopover(this.session.layer, this.field, panel, { onclose: () => this.panel === panel && (this.panel = undefined) });
    }
    this.field.removeAttribute("aria-activedescendant");
  }

  /** @param {any} message @param {number} index */
  row(message, index) {
    const { session } = this;
    const conversation = session.conversations.find((each) => each.id === message.channel);
    const name = conversation ? (conversation.kind === "app" ? session.workspace.app.name : `#${conversation.name}`) : message.channel;
    const where = message.thread_ts && message.thread_ts !== message.ts ? `${name}, in a thread` : name;
    const text = plainOf(message.text ?? "", session.reader).replaceAll(/\s+/g, " ");
    const snippet = text.length > SNIPPET ? `${text.slice(0, SNIPPET)}…` : text;
    const when = formatDate("{date_short_pretty} at {time}", Number(message.ts), session.reader.zone, session.workspace.now());
    return h(
      "div",
      { role: "option", id: `${this.id}-${index}`, class: "found", "aria-selected": "false", onclick: () => this.choose(index), onmousemove: () => this.mark(index) },
      h("span", { class: "found-head" }, h("b", null, authorOf(session, message).name), h("span", null, where), h("time", null, when)),
      h("span", { class: "found-text" }, snippet || "(no text)"),
    );
  }

  /** @param {number} index */
  mark(index) {
    const options = [...(this.panel?.querySelectorAll("[role=option]") ?? [])];
    if (!options.length) return;
    this.at = (index + options.length) % options.length;
    options.forEach((option, each) => option.setAttribute("aria-selected", String(each === this.at)));
    options[this.at].scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", options[this.at].id);
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.panel) {
      event.preventDefault();
      this.mark(this.at < 0 && step < 0 ? -1 : this.at + step);
    } else if (event.key === "Enter" && this.found.length && this.panel) {
      event.preventDefault();
      this.choose(Math.max(0, this.at));
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (this.panel) this.hide();
      else this.field.value = "";
    }
  }

  hide() {
    this.turn += 1;
    this.close?.(false);
  }

  /** @param {number} index */
  async choose(index) {
    const message = this.found[index];
    this.hide();
    this.field.blur();
    const reply = message.thread_ts && message.thread_ts !== message.ts;
    await this.session.openChannel(message.channel, { at: reply && message.subtype !== "thread_broadcast" ? message.thread_ts : message.ts });
    if (reply) await this.session.openThread(message.thread_ts);
  }
}
