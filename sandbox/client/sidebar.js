// The left side: whose view this is, and the conversations they have.
import { h, hidden, icon, iconButton } from "./dom.js";
import { ask, openMenu } from "./popover.js";
import { Search } from "./search.js";
import { avatar } from "./workspace.js";

/** @typedef {import("./session.js").Session} Session */

export class Sidebar {
  /** @param {Session} session */
  constructor(session) {
    this.session = session;
    this.list = h("div", { class: "conversations" });
    this.switcher = h("button", { type: "button", class: "person-switch", "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => this.openPeople() });
    this.team = h("div", { class: "team" });
    this.search = new Search(session);
    this.node = h("nav", { class: "sidebar", "aria-label": "Conversations" }, this.team, this.switcher, this.search.node, this.list);
    this.node.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.onKey(event));
  }

  draw() {
    const { workspace, user } = this.session;
    const name = workspace.nameOf(user);
    this.team.replaceChildren(h("span", { class: "team-name" }, workspace.team.name), iconButton("close", "Hide conversations", () => this.session.toggleSidebar(false), { class: "sidebar-close" }));
    this.switcher.setAttribute("aria-label", `You are ${name}. Switch person`);
    this.switcher.replaceChildren(avatar(workspace, { id: user, name }), h("span", { class: "person-name" }, name), icon("down", 14));
    const groups = { channel: /** @type {any[]} */ ([]), private: /** @type {any[]} */ ([]), app: /** @type {any[]} */ ([]), im: /** @type {any[]} */ ([]) };
    for (const each of this.session.conversations) groups[/** @type {"im"} */ (each.kind)]?.push(each);
    const drawn = h("div", null, this.section("Channels", [...groups.channel, ...groups.private]), this.section("Apps", groups.app), this.section("Direct messages", groups.im));
    if (!this.drawOver(drawn)) this.drawAnew(drawn);
  }

  /**
   * Where the same conversations stand in the same order, their entries stay the same elements: what is being pressed while it is
   * drawn is still pressed. @param {HTMLElement} drawn
   */
  drawOver(drawn) {
    const [before, after] = [this.list, drawn].map((each) => /** @type {HTMLElement[]} */ ([...each.querySelectorAll(".sidebar-heading, .entry")]));
    const isSame = before.length === after.length && before.every((each, at) => each.dataset.channel === after[at].dataset.channel);
    if (!isSame) return false;
    before.forEach((each, at) => {
      for (const name of ["class", "aria-current"]) {
        const value = after[at].getAttribute(name);
        if (value === null) each.removeAttribute(name);
        else each.setAttribute(name, value);
      }
      each.replaceChildren(...after[at].childNodes);
    });
    return true;
  }

  /** @param {HTMLElement} drawn */
  drawAnew(drawn) {
    const focused = this.list.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.channel : null;
    const scroll = this.list.scrollTop;
    this.list.replaceChildren(...drawn.childNodes);
    this.list.scrollTop = scroll;
    if (focused) /** @type {HTMLElement|null} */ (this.list.querySelector(`[data-channel="${CSS.escape(focused)}"]`))?.focus();
  }

  /** @param {string} title @param {any[]} conversations @returns {import("./dom.js").Child} */
  section(title, conversations) {
    if (!conversations.length) return null;
    return [h("h2", { class: "sidebar-heading" }, title), h("ul", null, conversations.map((each) => h("li", null, this.entry(each))))];
  }

  /** @param {any} conversation */
  entry(conversation) {
    const { workspace } = this.session;
    const { id, kind, unread } = conversation;
    const current = this.session.channel === id;
    const mark = kind === "app" ? avatar(workspace, { id, name: workspace.app.name, app: true }, "small") : kind === "im" ? avatar(workspace, { id, name: conversation.name }, "small") : icon(kind === "private" ? "lock" : "hash", 16);
    const classes = ["entry", current && "current", unread && "unread", conversation.member === false && "outside"].filter(Boolean).join(" ");
    const badge = unread ? h("span", { class: "count-badge" }, unread > 99 ? "99+" : unread, hidden(" unread")) : null;
    const props = { type: "button", class: classes, "aria-current": current ? "page" : null, data: { channel: id }, onclick: () => this.session.openChannel(id, { focus: true }) };
    return h("button", props, h("span", { class: "entry-mark" }, mark), h("span", { class: "entry-name" }, this.session.nameOfConversation(conversation)), badge);
  }

  /** Up and down walk through the conversations. @param {KeyboardEvent} event */
  onKey(event) {
    const all = /** @type {HTMLElement[]} */ ([...this.list.querySelectorAll(".entry")]);
    const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    all[Math.max(0, Math.min(to, all.length - 1))].focus();
  }

  openPeople() {
    const { workspace, user } = this.session;
    const people = workspace.active.map((each) => ({
      label: each.real_name || each.name,
      hint: [`@${each.name}`, each.tz, each.is_admin ? "admin" : ""].filter(Boolean).join(", "),
      icon: avatar(workspace, { id: each.id, name: each.real_name || each.name }),
      checked: each.id === user,
      onselect: () => this.session.become(each.id),
    }));
    openMenu(this.session.layer, this.switcher, ["Be somebody else", ...people], { label: "People" });
  }
}

/** Ask before leaving a channel. @param {Session} session @param {any} conversation */
export async function leave(session, conversation) {
  const sure = await ask(session.layer, { title: `Leave #${conversation.name}`, text: "You can join it again from the list on the left.", confirm: "Leave", deny: "Stay" });
  if (sure) session.setMember(conversation.id, session.user, false);
}
