// What the composer offers as one types: commands after /, people after @, channels after #, emoji after :.
import { append, h, icon } from "./dom.js";
import { emojiCharacter, findEmoji } from "./emoji.js";
import { avatar } from "./workspace.js";

/**
 * @typedef {object} Offer
 * @property {string} insert replaces what was typed so far
 * @property {string} label
 * @property {string} [hint]
 * @property {string} [description]
 * @property {Node} [mark]
 */

let counter = 0;

export class Completion {
  /**
   * @param {import("./session.js").Session} session
   * @param {HTMLTextAreaElement} field
   * @param {() => {command: string, description?: string, usage_hint?: string}[]} commands
   */
  constructor(session, field, commands) {
    counter += 1;
    this.session = session;
    this.field = field;
    this.commands = commands;
    this.id = `completion-${counter}`;
    this.node = h("div", { class: "completion", id: this.id, role: "listbox", "aria-label": "Suggestions", hidden: true });
    /** @type {Offer[]} */
    this.offers = [];
    this.active = 0;
    this.start = 0;
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", this.id);
    field.addEventListener("blur", () => window.setTimeout(() => this.hide(), 150));
  }

  hide() {
    this.node.hidden = true;
    this.offers = [];
    this.field.removeAttribute("aria-activedescendant");
  }

  /** Look at what stands before the caret. */
  update() {
    const before = this.field.value.slice(0, this.field.selectionStart);
    const whole = this.field.value;
    const used = /^(\/\S+)\s/.exec(whole);
    if (used) return this.showUsage(used[1]);
    const found = /(?:^|[\s(])([/@#:])([^\s@#:]*)$/u.exec(before);
    if (!found) return this.hide();
    const [, sign, word] = found;
    if (sign === "/" && before !== `/${word}`) return this.hide();
    this.start = before.length - word.length - 1;
    return this.show(this.find(sign, word.toLowerCase()), sign);
  }

  /** @param {string} sign @param {string} word @returns {Offer[]} */
  find(sign, word) {
    const { workspace } = this.session;
    if (sign === "/") {
      return this.commands()
        .filter((each) => each.command.slice(1).startsWith(word))
        .map((each) => ({ insert: `${each.command} `, label: each.command, hint: each.usage_hint, description: each.description, mark: icon("bolt", 16) }));
    }
    if (sign === "@") {
      const people = [...workspace.active.map((each) => ({ id: each.id, name: each.real_name || each.name, handle: each.name, app: false })), { id: workspace.app.bot_user_id, name: workspace.app.name, handle: workspace.app.name.toLowerCase(), app: true }];
      const near = people.filter((each) => `${each.name} ${each.handle}`.toLowerCase().split(/\s/).some((part) => part.startsWith(word)));
      const ranges = ["here", "channel"].filter((range) => word && range.startsWith(word)).map((range) => ({ insert: `@${range} `, label: `@${range}`, description: "Everybody in this channel" }));
      return [...near.map((each) => ({ insert: `@${each.name} `, label: each.name, description: each.app ? "App" : `@${each.handle}`, mark: avatar(workspace, each, "small") })), ...ranges].slice(0, 8);
    }
    if (sign === "#") return workspace.channels.filter((each) => each.name.startsWith(word) && !each.is_private).slice(0, 8).map((each) => ({ insert: `#${each.name} `, label: `#${each.name}`, description: each.topic }));
    return word.length < 2 ? [] : findEmoji(word, 8).map((name) => ({ insert: `:${name}: `, label: `:${name}:`, mark: h("span", { class: "emoji" }, emojiCharacter(name)) }));
  }

  /** @param {Offer[]} offers @param {string} sign */
  show(offers, sign) {
    this.offers = offers;
    this.active = 0;
    if (!offers.length) return this.hide();
    const rows = offers.map((offer, at) => {
      const row = h("div", { role: "option", id: `${this.id}-${at}`, class: "offer", "aria-selected": String(at === 0) }, offer.mark, h("b", null, offer.label), offer.hint && h("span", { class: "usage" }, offer.hint), offer.description && h("small", null, offer.description));
      row.addEventListener("pointerdown", (/** @type {Event} */ event) => {
        event.preventDefault();
        this.take(at);
      });
      return row;
    });
    this.node.replaceChildren();
    if (sign === "/") append(this.node, h("div", { class: "menu-heading", role: "presentation" }, "Commands"));
    append(this.node, rows);
    this.node.hidden = false;
    this.mark(0);
    return undefined;
  }

  /** The command is chosen: only its hint is left to show. @param {string} command */
  showUsage(command) {
    const known = this.commands().find((each) => each.command === command);
    this.hide();
    if (!known) return;
    this.node.replaceChildren(h("div", { class: "offer-usage", role: "presentation" }, icon("bolt", 14), h("b", null, known.command), h("span", { class: "usage" }, known.usage_hint ?? ""), h("small", null, known.description ?? "")));
    this.node.hidden = false;
  }

  /** @param {number} at */
  mark(at) {
    this.active = (at + this.offers.length) % this.offers.length;
    for (const row of this.node.querySelectorAll("[role=option]")) row.setAttribute("aria-selected", String(row.id === `${this.id}-${this.active}`));
    this.node.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", `${this.id}-${this.active}`);
  }

  /** @param {number} at */
  take(at) {
    const { insert } = this.offers[at];
    const caret = this.field.selectionStart;
    this.field.setRangeText(insert, this.start, caret, "end");
    this.hide();
    this.field.dispatchEvent(new Event("input"));
  }

  /**
   * @param {KeyboardEvent} event
   * @returns {boolean} whether the key was for this list
   */
  onKey(event) {
    if (this.node.hidden || !this.offers.length) return false;
    const typed = this.field.value.slice(this.start, this.field.selectionStart);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") this.mark(this.active + (event.key === "ArrowDown" ? 1 : -1));
    else if (event.key === "Escape") this.hide();
    else if (event.key === "Tab" || (event.key === "Enter" && typed !== this.offers[this.active].insert.trim())) this.take(this.active);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
}
