// One person's view of the workspace: a custom element, of which the page holds one or two.
import { ApiError, Live, PersonApi, post } from "./api.js";
import { Conversation, Thread } from "./conversation.js";
import { gathered, h, icon } from "./dom.js";
import { Modals } from "./modal.js";
import { closePopovers, toast } from "./popover.js";
import { Sidebar } from "./sidebar.js";

/**
 * What a page address says of one side.
 * @typedef {{user: string, channel?: string, thread?: string, at?: string}} Place
 */

export class Session extends HTMLElement {
  /** @param {import("./workspace.js").Workspace} workspace @param {string} side */
  init(workspace, side) {
    this.workspace = workspace;
    this.side = side;
    this.user = "";
    this.channel = "";
    /** @type {any[]} */
    this.conversations = [];
    /** @type {Map<string, string>} */
    this.drafts = new Map();
    /** @type {Map<string, any>} what was chosen in messages' inputs */
    this.entered = new Map();
    /** @type {Conversation|null} */
    this.conversation = null;
    /** @type {Thread|null} */
    this.thread = null;
    this.turn = 0;
    /** @type {string|undefined} the reader's date when messages were drawn */
    this.today = undefined;

    this.layer = h("div", { class: "layer" });
    this.dialogs = h("div", { class: "dialogs" });
    this.sidebar = new Sidebar(this);
    this.middle = h("div", { class: "middle" });
    this.away = h("div", { class: "away", role: "status", hidden: true }, icon("fault", 15), "The sandbox is away. Trying again…");
    this.body = h("div", { class: "session-body" }, this.sidebar.node, this.middle);
    this.modals = new Modals(this, this.dialogs);
    this.setAttribute("role", "region");
    this.replaceChildren(this.away, this.body, this.dialogs, this.layer);
    this.addEventListener("keydown", (event) => this.onKey(event));
    this.readConversationsSoon = gathered(() => this.readConversations().catch((error) => this.fail(error)), 60);
    workspace.addEventListener("workspace", () => this.user && this.redrawFrame());
    return this;
  }

  disconnectedCallback() {
    this.live?.close();
  }

  /** Be a person. @param {Place} place */
  async start(place) {
    if (place.user === this.user) return this.goTo(place);
    this.live?.close();
    this.turn += 1;
    const turn = this.turn;
    this.user = place.user;
    this.channel = "";
    this.api = new PersonApi(place.user);
    const person = this.workspace.person(place.user);
    this.reader = { workspace: this.workspace, user: place.user, zone: person?.tz || "UTC", openChannel: (/** @type {string} */ id) => this.openChannel(id) };
    this.setAttribute("aria-label", this.workspace.nameOf(place.user));
    this.drafts.clear();
    this.sidebar.search.field.value = "";
    this.entered.clear();
    this.conversation?.close();
    this.thread?.close();
    this.conversation = this.thread = null;
    this.modals.clear();
    closePopovers();
    this.live = new Live(place.user, (frame) => this.onFrame(frame), (connected, again) => this.onLive(connected, again));
    try {
      await this.readConversations();
      if (turn === this.turn) await Promise.all([this.goTo(place), this.readViews()]);
    } catch (error) {
      this.fail(error);
    }
    return undefined;
  }

  /** @param {string} user */
  become(user) {
    const stay = this.conversations.find((each) => each.id === this.channel);
    this.start({ user, channel: stay?.kind === "app" ? (this.conversation?.tab === "home" ? "home" : "app") : this.channel });
  }

  /** @param {Place} place */
  async goTo(place) {
    const tab = place.channel === "home" ? "home" : "messages";
    const wanted = this.find(place.channel) ?? this.conversations.find((each) => each.member !== false && each.kind === "channel" && each.name !== "general") ?? this.conversations[0];
    if (!wanted) return;
    await this.openChannel(wanted.id, { tab, at: place.at });
    if (place.thread) await this.openThread(place.thread);
    else if (this.thread) await this.openThread(null);
  }

  /** A conversation by id, by name, or "app" and "home" for the app's. @param {string|undefined} name */
  find(name) {
    if (name === "app" || name === "home") return this.conversations.find((each) => each.kind === "app");
    return this.conversations.find((each) => each.id === name) ?? this.conversations.find((each) => each.name === name);
  }

  /** @param {any} conversation */
  nameOfConversation(conversation) {
    if (conversation.kind === "app") return this.workspace.app.name;
    return String(conversation.name ?? conversation.id).replace(/^#/, "");
  }

  async readConversations() {
    const { user } = this;
    const conversations = await this.api.conversations();
    if (user !== this.user) return;
    this.conversations = conversations;
    if (this.conversation && !document.hidden) {
      const open = conversations.find((/** @type {any} */ each) => each.id === this.channel);
      if (open && this.conversation.list?.stick) open.unread = 0;
      if (open && open.member !== this.conversation.conversation.member) this.reopen();
    }
    this.sidebar.draw();
    this.dispatchEvent(new CustomEvent("place", { bubbles: true }));
  }

  redrawFrame() {
    this.sidebar.draw();
    const head = this.conversation?.node.querySelector(".head");
    const inUse = head?.contains(document.activeElement) || head?.querySelector("[aria-expanded=true]");
    if (this.conversation && !inUse) head?.replaceWith(this.conversation.head());
  }

  /**
   * @param {string} id
   * @param {{tab?: "home"|"messages", at?: string, focus?: boolean}} [how]
   */
  async openChannel(id, how = {}) {
    const conversation = this.conversations.find((each) => each.id === id);
    if (!conversation) return toast(this.layer, "You cannot see that channel.");
    const tab = how.tab ?? "messages";
    this.toggleSidebar(false);
    if (this.channel === id && this.conversation?.tab === tab && !how.at) {
      if (how.focus) this.conversation.composer?.focus();
      return undefined;
    }
    if (this.channel !== id) {
      this.thread?.close();
      this.thread = null;
    }
    this.conversation?.close();
    this.channel = id;
    const view = new Conversation(this, conversation, tab);
    this.conversation = view;
    this.middle.prepend(view.node);
    this.middle.classList.toggle("with-thread", this.thread !== null);
    this.sidebar.draw();
    this.dispatchEvent(new CustomEvent("place", { bubbles: true }));
    const opened = view.open({ at: how.at }).catch((error) => this.fail(error));
    if (how.focus) view.composer?.focus();
    return opened;
  }

  /** @param {"home"|"messages"} tab @param {{focusTab?: boolean}} [how] */
  openTab(tab, how = {}) {
    const hadFocus = how.focusTab || document.activeElement?.getAttribute("role") === "tab";
    const opened = this.openChannel(this.channel, { tab });
    if (hadFocus) /** @type {HTMLElement|null} */ (this.middle.querySelector(`.tab[data-tab=${tab}]`))?.focus();
    return opened;
  }

  /** The same conversation, drawn anew. */
  reopen() {
    const { channel } = this;
    const tab = this.conversation?.tab ?? "messages";
    this.channel = "";
    this.openChannel(channel, { tab });
  }

  /** @param {string|null} ts @param {{write?: boolean}} [how] */
  async openThread(ts, how = {}) {
    if (ts !== null && this.thread?.ts === ts) {
      if (how.write) this.thread.composer?.focus();
      return;
    }
    const before = this.thread?.ts;
    this.thread?.close();
    this.thread = null;
    const conversation = this.conversations.find((each) => each.id === this.channel);
    if (ts !== null && conversation) {
      this.thread = new Thread(this, conversation, ts);
      this.middle.append(this.thread.node);
    }
    this.middle.classList.toggle("with-thread", this.thread !== null);
    this.dispatchEvent(new CustomEvent("place", { bubbles: true }));
    if (ts === null && before) this.conversation?.composer?.focus();
    await this.thread?.open(how).catch((error) => this.fail(error));
  }

  /** Days have changed: "today" is another. */
  redrawDates() {
    this.conversation?.list?.anchored(() => this.conversation?.list?.draw());
    this.thread?.list.anchored(() => this.thread?.list.draw());
  }

  /** @param {boolean} shown on a narrow screen */
  toggleSidebar(shown) {
    this.classList.toggle("sidebar-shown", shown);
  }

  /** Nothing beneath a modal can be reached. @param {boolean} blocked */
  setBlocked(blocked) {
    this.body.inert = blocked;
    if (blocked) this.body.setAttribute("aria-hidden", "true");
    else this.body.removeAttribute("aria-hidden");
  }

  /** @param {string} name */
  mention(name) {
    this.conversation?.composer?.insert(`@${name} `);
  }

  /** Wait for an act; say so when it fails. @param {Promise<any>} act @returns {Promise<boolean>} */
  async attempt(act) {
    const answer = await act;
    if (answer.ok === false) toast(this.layer, answer.message || answer.error);
    return answer.ok !== false;
  }

  /** @param {string} channel @param {string} user @param {boolean} present @returns {Promise<string|null>} */
  async setMember(channel, user, present) {
    try {
      await post(`channels/${channel}/members`, { user, present });
      await this.workspace.load();
      await this.readConversations();
      return null;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toast(this.layer, error.message);
      return error.message;
    }
  }

  /** @param {any} error */
  fail(error) {
    if (!(error instanceof ApiError)) throw error;
    toast(this.layer, error.message);
  }

  async readViews() {
    const { user } = this;
    const views = await this.api.views().catch(() => null);
    if (views && user === this.user) this.modals.update(views);
  }

  /** @param {any} frame */
  async onFrame(frame) {
    this.dispatchEvent(new CustomEvent("frame", { bubbles: true, detail: frame }));
    if (["message", "message_changed", "message_deleted", "reaction", "ephemeral"].includes(frame.kind)) {
      this.onMessageFrame(frame);
      if (frame.kind === "message") this.readConversationsSoon();
    } else if (frame.kind === "view") {
      if (frame.views) this.modals.update(frame.views);
      else await this.readViews();
    } else if (frame.kind === "home") {
      await this.conversation?.home?.refresh();
    } else if (frame.kind === "conversations") {
      this.readConversationsSoon();
      if (!frame.channel) this.readAll();
    }
  }

  /** Everything on the screen anew: after a gap, or when the whole workspace has changed. */
  async readAll() {
    try {
      await this.readConversations();
      await Promise.all([this.conversation?.list?.refresh(), this.thread?.list.refresh(), this.conversation?.home?.refresh(), this.readViews()]);
    } catch (error) {
      this.fail(error);
    }
  }

  /** @param {any} frame */
  async onMessageFrame(frame) {
    if (frame.channel !== this.channel) return;
    const lists = [this.conversation?.list, this.thread?.list].filter((each) => each !== null && each !== undefined);
    const { message } = frame;
    const ts = message?.ts ?? frame.ts;
    if (frame.kind === "message_deleted" || message === null) return lists.forEach((list) => list.remove(ts));
    if (frame.kind === "reaction" && frame.reactions) return lists.forEach((list) => list.change(ts, { reactions: frame.reactions }));
    if (message) return lists.forEach((list) => list.put(frame.kind === "ephemeral" ? { ephemeral: true, ...message } : message));
    const root = frame.thread_ts && frame.thread_ts !== ts;
    const fresh = root ? null : await this.api.message(frame.channel, ts).catch(() => null);
    for (const list of lists) {
      if (fresh) list.put(fresh);
      else list.refresh().catch((error) => this.fail(error));
    }
    return undefined;
  }

  /** @param {boolean} connected @param {boolean} again */
  async onLive(connected, again) {
    this.away.hidden = connected;
    this.dispatchEvent(new CustomEvent("frame", { bubbles: true, detail: { kind: connected ? "app" : "away", seq: -1 } }));
    if (connected && again) await this.readAll();
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const list = this.sidebar.list;
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown") && !this.body.inert) {
      event.preventDefault();
      const at = this.conversations.findIndex((each) => each.id === this.channel);
      const next = this.conversations[at + (event.key === "ArrowUp" ? -1 : 1)];
      if (next) this.openChannel(next.id, { focus: true });
    }
    if (event.key === "Escape" && this.classList.contains("sidebar-shown") && list.isConnected) this.toggleSidebar(false);
  }

  /** This side in the page's address. */
  get place() {
    const isHome = this.conversation?.tab === "home";
    return [this.user, isHome ? "home" : this.channel, this.thread?.ts].filter(Boolean).join("/");
  }
}

customElements.define("workspace-session", Session);
