// The middle: a conversation's head, its messages or the app's home, and where one writes.
import { Composer } from "./composer.js";
import { append, h, icon, iconButton } from "./dom.js";
import { Home } from "./home.js";
import { MessageList } from "./message_list.js";
import { openMenu } from "./popover.js";
import { leave } from "./sidebar.js";
import { avatar } from "./workspace.js";

/** @typedef {import("./session.js").Session} Session */

export class Conversation {
  /**
   * @param {Session} session
   * @param {any} conversation as the server lists it
   * @param {"home"|"messages"} tab
   */
  constructor(session, conversation, tab) {
    this.session = session;
    this.conversation = conversation;
    this.tab = tab;
    this.isApp = conversation.kind === "app";
    this.name = session.nameOfConversation(conversation);
    this.shownName = conversation.kind === "channel" || conversation.kind === "private" ? `#${this.name}` : this.name;
    /** @type {MessageList|null} */
    this.list = null;
    /** @type {Home|null} */
    this.home = null;
    this.content = h("div", { class: "content" });
    this.node = h("main", { class: "main", "aria-label": this.shownName }, this.head(), this.content);
  }

  head() {
    const { workspace } = this.session;
    const channel = workspace.channel(this.conversation.id);
    const kind = this.conversation.kind;
    const mark = this.isApp ? avatar(workspace, { id: "app", name: workspace.app.name, app: true }, "small") : kind === "im" ? avatar(workspace, { id: this.conversation.id, name: this.name }, "small") : icon(kind === "private" ? "lock" : "hash", 18);
    const head = h("header", { class: "head" }, iconButton("menu", "Show conversations", () => this.session.toggleSidebar(true), { class: "sidebar-open" }), h("div", { class: "head-words" }, h("h1", null, mark, h("span", null, this.name)), channel?.topic && h("p", { class: "topic", title: channel.topic }, channel.topic)));
    if (this.isApp && workspace.app.home_tab !== false) append(head, this.tabs());
    append(head, h("span", { class: "spacer" }));
    if (channel) append(head, this.members(channel));
    return head;
  }

  tabs() {
    const { app } = this.session.workspace;
    const names = /** @type {("home"|"messages")[]} */ (app.messages_tab === false ? ["home"] : ["home", "messages"]);
    const tab = (/** @type {"home"|"messages"} */ name) =>
      h("button", { type: "button", role: "tab", class: "tab", "aria-selected": String(name === this.tab), tabindex: name === this.tab ? "0" : "-1", data: { tab: name }, onclick: () => this.session.openTab(name) }, name === "home" ? "Home" : "Messages");
    const list = h("div", { class: "tabs", role: "tablist", "aria-label": `${app.name}` }, names.map(tab));
    list.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      event.preventDefault();
      this.session.openTab(this.tab === "home" ? "messages" : "home", { focusTab: true });
    });
    return list;
  }

  /** @param {import("./workspace.js").Channel} channel */
  members(channel) {
    const { workspace } = this.session;
    const ids = channel.members ?? [];
    const faces = ids.slice(0, 3).map((id) => avatar(workspace, { id, name: workspace.nameOf(id), app: workspace.isApp(id) }, "small"));
    const button = h("button", { type: "button", class: "members", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": `${ids.length} members`, title: "Members" }, h("span", { class: "faces" }, faces), h("span", null, ids.length));
    button.addEventListener("click", () => {
      const people = ids.map((id) => ({ label: workspace.nameOf(id), icon: avatar(workspace, { id, name: workspace.nameOf(id), app: workspace.isApp(id) }, "small"), onselect: () => this.session.mention(workspace.nameOf(id)) }));
      const app = channel.app_is_member === false ? [{ label: `Add ${workspace.app.name} to this channel`, icon: icon("plus", 16), onselect: () => void this.session.setMember(channel.id, workspace.app.bot_user_id, true) }] : [];
      const out = this.conversation.member === false ? [] : [{ label: "Leave the channel", danger: true, icon: icon("close", 16), onselect: () => void leave(this.session, this.conversation) }];
      openMenu(this.session.layer, button, ["Members", ...people, null, ...app, ...out], { label: "Members", align: "end" });
    });
    return button;
  }

  /** What stands above the first message. */
  intro() {
    const { workspace } = this.session;
    if (this.isApp) return h("div", { class: "intro" }, avatar(workspace, { id: "app", name: workspace.app.name, app: true }), h("h2", null, workspace.app.name), h("p", null, "This is the very beginning of your conversation with the app."));
    if (this.conversation.kind === "im") return h("div", { class: "intro" }, h("h2", null, this.name), h("p", null, "This is the very beginning of your conversation."));
    const topic = workspace.channel(this.conversation.id)?.topic;
    return h("div", { class: "intro" }, h("h2", null, this.shownName), h("p", null, topic ? `${topic}. ` : "", "This is the very beginning of the channel."));
  }

  /** @param {{at?: string}} [where] */
  async open(where = {}) {
    if (this.isApp && this.tab === "home") {
      this.home = new Home(this.session);
      this.content.replaceChildren(this.home.node);
      await this.home.open();
      return;
    }
    const list = new MessageList(this.session, this.conversation.id, { label: `Messages in ${this.shownName}`, intro: this.intro() });
    this.list = list;
    this.content.replaceChildren(list.node, this.foot());
    if (this.isApp) this.session.api.act("POST", "home", { tab: "messages" });
    await list.open({ unread: this.conversation.unread, at: where.at });
  }

  foot() {
    const { app } = this.session.workspace;
    if (this.conversation.member === false) {
      const join = h("button", { type: "button", class: "button primary", onclick: () => this.session.setMember(this.conversation.id, this.session.user, true) }, "Join the channel");
      return h("div", { class: "join" }, h("span", null, "You are looking at ", h("b", null, this.shownName)), join);
    }
    if (this.isApp && app.messages_tab_writable === false) return h("div", { class: "join" }, "The app does not take messages here.");
    this.composer = new Composer(this.session, { channel: this.conversation.id, name: this.shownName });
    return this.composer.node;
  }

  close() {
    this.list?.close();
    this.home?.close();
    this.node.remove();
  }
}

/** The right side: one thread. */
export class Thread {
  /** @param {Session} session @param {any} conversation @param {string} ts */
  constructor(session, conversation, ts) {
    this.session = session;
    this.ts = ts;
    const inChannel = conversation.kind === "channel" || conversation.kind === "private";
    const name = `${inChannel ? "#" : ""}${session.nameOfConversation(conversation)}`;
    this.list = new MessageList(session, conversation.id, { thread: ts, label: `Thread in ${name}` });
    this.composer = conversation.member === false ? null : new Composer(session, { channel: conversation.id, name, thread: ts, canBroadcast: inChannel });
    this.node = h(
      "aside",
      { class: "thread", "aria-label": "Thread" },
      h("header", { class: "head" }, h("div", { class: "head-words" }, h("h1", null, h("span", null, "Thread")), h("p", { class: "topic" }, name)), h("span", { class: "spacer" }), iconButton("close", "Close thread", () => session.openThread(null))),
      this.list.node,
      this.composer?.node ?? h("div", { class: "join" }, "Join the channel to reply."),
    );
    this.node.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && session.openThread(null));
  }

  /** @param {{write?: boolean}} how */
  async open(how) {
    const done = this.list.open();
    if (how.write) this.composer?.focus();
    await done;
  }

  close() {
    this.list.close();
    this.node.remove();
  }
}
