// The messages of a channel or thread: pages are read as one scrolls, and only a window of them is in the page.
import { gathered, h, icon } from "./dom.js";
import { renderMessage } from "./message.js";
import { attachToolbar } from "./message_actions.js";
import { afterPress } from "./presses.js";
import { byTs, indexOf, placeOf, walkMessages } from "./timeline.js";

const PAGE = 100;
/** Message nodes kept in the page at most, and how many are added when one scrolls to an end of them. */
export const WINDOW = 200;
const STEP = 40;
const NEAR_EDGE_PX = 900;

/** @typedef {import("./session.js").Session} Session */

export class MessageList {
  /**
   * @param {Session} session
   * @param {string} channel
   * @param {{thread?: string, label: string, intro?: Node}} what
   */
  constructor(session, channel, what) {
    this.session = session;
    this.channel = channel;
    this.thread = what.thread;
    /** @type {any[]} ascending by ts, without gaps */
    this.messages = [];
    this.first = 0; // the window: messages[first..last)
    this.last = 0;
    this.hasOlder = false;
    this.hasNewer = false;
    /** @type {Promise<void>|null} */
    this.loading = null;
    /** @type {string|null} */
    this.newFrom = null;
    this.alive = true;

    this.intro = what.intro;
    this.top = h("div", { class: "list-top" });
    this.items = h("div", { class: "items" });
    this.scroller = h("div", { class: "scroller", role: "log", "aria-label": what.label, "aria-live": "polite", "aria-relevant": "additions", tabindex: "0" }, this.top, this.items);
    this.jump = h("button", { type: "button", class: "jump", hidden: true, onclick: () => this.toLatest() }, icon("down", 14), h("span", null, "Latest messages"));
    this.node = h("div", { class: "message-list" }, this.scroller, this.jump);
    this.missed = 0;
    this.scroller.addEventListener("scroll", () => this.onScroll(), { passive: true });
    this.scroller.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => walkMessages(this.scroller, event));
    this.scroller.addEventListener("load", () => this.stick && this.toBottom(), true);
    this.stick = true;
    this.lastTop = 0;
    const watcher = new ResizeObserver(() => this.stick && this.toBottom());
    watcher.observe(this.scroller);
    watcher.observe(this.items);
    this.markRead = gathered(() => this.sendRead(), 300);
    attachToolbar(this);
  }

  /** @param {{before?: string, after?: string}} range */
  page(range) {
    return this.session.api.messages(this.channel, { limit: PAGE, thread_ts: this.thread, ...range });
  }

  /**
   * Read the newest page and show its end, or a page around one message.
   * @param {{unread?: number, at?: string}} [where]
   */
  async open(where = {}) {
    if (where.at) return this.openAt(where.at);
    const { messages, has_more } = await this.page({});
    if (!this.alive) return undefined;
    this.messages = messages;
    this.hasOlder = Boolean(has_more);
    this.hasNewer = false;
    if (this.thread) await this.readWholeThread();
    const fresh = where.unread ? messages.filter((/** @type {any} */ each) => each.user !== this.session.user && !each.ephemeral).slice(-where.unread) : [];
    this.newFrom = fresh.length && fresh.length < messages.length ? fresh[0].ts : null;
    this.showEnd();
    this.markRead();
    return undefined;
  }

  /** A thread is read whole: its pages go backwards from its end. */
  async readWholeThread() {
    while (this.alive && this.hasOlder && this.messages.length < 2000) {
      const start = this.messages[0];
      const { messages, has_more } = await this.page({ before: start.ts === this.thread ? this.messages[1]?.ts : start.ts });
      const older = messages.filter((/** @type {any} */ each) => !this.messages.some((known) => known.ts === each.ts));
      if (!older.length) break;
      this.messages = [...older, ...this.messages].sort(byTs);
      this.hasOlder = Boolean(has_more);
    }
    this.hasOlder = false;
  }

  /** @param {string} ts */
  async openAt(ts) {
    const around = await this.page({ before: `${ts}9` });
    if (!this.alive) return;
    this.messages = around.messages;
    this.hasOlder = Boolean(around.has_more);
    this.hasNewer = true;
    await this.loadNewer();
    const index = Math.max(0, this.messages.findIndex((each) => each.ts === ts));
    this.first = Math.max(0, index - STEP);
    this.last = Math.min(this.messages.length, index + STEP);
    this.stick = false;
    this.draw();
    const item = this.itemOf(ts);
    item?.scrollIntoView({ block: "center" });
    item?.querySelector(".message")?.classList.add("flash");
    this.updateJump();
  }

  showEnd() {
    this.last = this.messages.length;
    this.first = Math.max(0, this.last - STEP);
    this.stick = true;
    this.missed = 0;
    this.draw();
    this.toBottom();
    this.updateJump();
  }

  async toLatest() {
    if (this.hasNewer) await this.open();
    else this.showEnd();
    this.markRead();
  }

  toBottom() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.lastTop = this.scroller.scrollTop;
  }

  /** What is drawn now is not news: only what arrives is read out. */
  quietly() {
    this.scroller.setAttribute("aria-busy", "true");
    window.clearTimeout(this.quietTimer);
    this.quietTimer = window.setTimeout(() => this.scroller.removeAttribute("aria-busy"), 200);
  }

  /** Draw the window anew. */
  draw() {
    this.quietly();
    const nodes = [];
    for (let at = this.first; at < this.last; at += 1) nodes.push(this.render(at));
    this.items.replaceChildren(...nodes);
    this.drawTop();
  }

  drawTop() {
    const atStart = this.first === 0 && !this.hasOlder;
    this.top.replaceChildren();
    if (atStart && this.intro) this.top.append(this.intro);
    else if (!atStart) this.top.append(h("div", { class: "loading-line", role: "status" }, "Loading earlier messages…"));
  }

  /** @param {number} at */
  render(at) {
    const message = this.messages[at];
    return renderMessage(this.session, this.channel, message, { before: this.messages[at - 1], inThread: this.thread !== undefined, firstNew: message.ts === this.newFrom });
  }

  /** @param {string} ts @returns {HTMLElement|null} */
  itemOf(ts) {
    return this.items.querySelector(`:scope > [data-ts="${CSS.escape(ts)}"]`);
  }

  onScroll() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const below = scrollHeight - scrollTop - clientHeight;
    const atEnd = this.last === this.messages.length && !this.hasNewer;
    // Only who goes up leaves the end: what grows below (an image that has loaded) moves nobody.
    if (below < 40) this.stick = atEnd;
    else if (scrollTop < this.lastTop) this.stick = false;
    else if (this.stick) this.toBottom();
    this.lastTop = this.scroller.scrollTop;
    if (this.stick) {
      this.missed = 0;
      this.markRead();
    }
    if (scrollTop < NEAR_EDGE_PX) this.extendUp();
    if (below < NEAR_EDGE_PX) this.extendDown();
    this.updateJump();
  }

  updateJump() {
    const away = !this.stick && (this.hasNewer || this.last < this.messages.length || this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight > 300);
    this.jump.hidden = !away && this.missed === 0;
    this.jump.lastElementChild.textContent = this.missed ? `${this.missed} new ${this.missed === 1 ? "message" : "messages"}` : "Latest messages";
  }

  /** Change what is in the page without moving what one reads. @param {() => void} change */
  anchored(change) {
    const top = this.scroller.getBoundingClientRect().top;
    const anchor = /** @type {HTMLElement[]} */ ([...this.items.children]).find((each) => each.getBoundingClientRect().bottom > top);
    const ts = anchor?.dataset.ts;
    const before = anchor?.getBoundingClientRect().top ?? 0;
    change();
    const after = ts ? this.itemOf(ts) : null;
    if (this.stick) this.toBottom();
    else if (after) this.scroller.scrollTop += after.getBoundingClientRect().top - before;
  }

  extendUp() {
    if (this.first === 0) {
      if (this.hasOlder) this.loadOlder();
      return;
    }
    const from = Math.max(0, this.first - STEP);
    this.quietly();
    this.anchored(() => {
      const nodes = [];
      for (let at = from; at < this.first; at += 1) nodes.push(this.render(at));
      this.items.firstElementChild?.replaceWith(this.render(this.first));
      this.items.prepend(...nodes);
      this.first = from;
      while (this.last - this.first > WINDOW) {
        this.items.lastElementChild?.remove();
        this.last -= 1;
      }
      this.drawTop();
    });
  }

  extendDown() {
    if (this.last === this.messages.length) {
      if (this.hasNewer && !this.loading) this.loading = this.loadNewer().finally(() => (this.loading = null));
      return;
    }
    const to = Math.min(this.messages.length, this.last + STEP);
    this.quietly();
    this.anchored(() => {
      for (let at = this.last; at < to; at += 1) this.items.append(this.render(at));
      this.last = to;
      this.trimTop();
    });
  }

  trimTop() {
    while (this.last - this.first > WINDOW) {
      this.items.firstElementChild?.remove();
      this.first += 1;
    }
    this.drawTop();
  }

  loadOlder() {
    if (this.loading) return;
    this.loading = (async () => {
      const { messages, has_more } = await this.page({ before: this.messages[0]?.ts });
      if (!this.alive) return;
      this.hasOlder = Boolean(has_more) && messages.length > 0;
      this.messages = [...messages, ...this.messages];
      this.first += messages.length;
      this.last += messages.length;
      this.extendUp();
      this.drawTop();
    })()
      .catch((error) => this.session.fail(error))
      .finally(() => (this.loading = null));
  }

  /** Forward after a jump. A server that cannot read forward answers the newest page: then that is shown. */
  async loadNewer() {
    const end = this.messages.at(-1)?.ts ?? "0";
    const { messages, has_more } = await this.page({ after: end });
    if (!this.alive) return;
    const later = messages.filter((/** @type {any} */ each) => each.ts > end);
    this.messages.push(...later);
    this.hasNewer = Boolean(has_more) && later.length > 0 && later.length === messages.length;
    this.extendDownSoon();
  }

  extendDownSoon() {
    if (this.items.childElementCount) requestAnimationFrame(() => this.alive && this.onScroll());
  }

  /**
   * A message came or changed.
   * @param {any} message
   */
  put(message) {
    const inThread = message.thread_ts && message.thread_ts !== message.ts;
    if (this.thread ? message.ts !== this.thread && message.thread_ts !== this.thread : inThread && message.subtype !== "thread_broadcast") return;
    const index = placeOf(this.messages, message.ts);
    if (this.messages[index]?.ts === message.ts) {
      this.messages[index] = { ...(this.messages[index].ephemeral ? { ephemeral: true } : {}), ...message };
      this.redraw(index);
      return;
    }
    if (index === this.messages.length && this.hasNewer) return;
    if (index === 0 && this.hasOlder) return;
    this.messages.splice(index, 0, message);
    this.inserted(index, message);
  }

  /** Only a part of a message has changed. @param {string} ts @param {any} part */
  change(ts, part) {
    const index = indexOf(this.messages, ts);
    if (index < 0) return;
    this.messages[index] = { ...this.messages[index], ...part };
    this.redraw(index);
  }

  /** @param {number} index @param {any} message */
  inserted(index, message) {
    const mine = message.user === this.session.user;
    const atEnd = index === this.messages.length - 1;
    if (atEnd && this.last === this.messages.length - 1) {
      this.anchored(() => {
        this.last += 1;
        this.items.append(this.render(index));
        if (this.stick) this.trimTop();
      });
    } else if (index < this.first) {
      this.first += 1;
      this.last += 1;
    } else if (index < this.last) {
      this.last += 1;
      this.anchored(() => this.itemOf(this.messages[index + 1].ts)?.before(this.render(index)));
      this.redraw(index + 1);
    }
    if (mine && atEnd) this.showEnd();
    else if (atEnd && !this.stick) this.missed += 1;
    if (this.stick) this.markRead();
    this.updateJump();
  }

  /** @param {string} ts */
  remove(ts) {
    const index = indexOf(this.messages, ts);
    if (index < 0) return;
    this.messages.splice(index, 1);
    if (index < this.first) {
      this.first -= 1;
      this.last -= 1;
    } else if (index < this.last) {
      this.last -= 1;
      this.anchored(() => this.itemOf(ts)?.remove());
      this.redraw(index);
    }
  }

  /** Draw one message and the one below it again; what is being pressed, as soon as it has been. @param {number} index */
  redraw(index) {
    if (index < this.first || index >= this.last) return;
    for (const at of [index, index + 1]) {
      const item = at < this.last ? this.itemOf(this.messages[at].ts) : null;
      if (item) afterPress(item, item, () => this.redrawItem(item));
    }
  }

  /** Draw one message again where it stands, keeping the focus. @param {HTMLElement} item */
  redrawItem(item) {
    const at = indexOf(this.messages, item.dataset.ts ?? "");
    if (at < 0 || !item.isConnected) return;
    this.anchored(() => {
      const focus = item.contains(document.activeElement) ? document.activeElement : null;
      const name = focus?.getAttribute("aria-label") ?? focus?.textContent;
      const fresh = this.render(at);
      item.replaceWith(fresh);
      if (!focus) return;
      const twin = [...fresh.querySelectorAll("button")].find((each) => (each.getAttribute("aria-label") ?? each.textContent) === name);
      (twin ?? fresh.querySelector(".message"))?.focus({ preventScroll: true });
    });
  }

  /** Read the newest page again after a gap, and take what has changed. */
  async refresh() {
    if (this.hasNewer) return;
    const { messages, has_more } = await this.page({});
    if (!this.alive) return;
    const first = messages[0]?.ts ?? "";
    const kept = new Set(messages.map((/** @type {any} */ each) => each.ts));
    const overlaps = !has_more || this.messages.some((each) => kept.has(each.ts));
    if (!overlaps) {
      this.messages = messages;
      this.hasOlder = true;
      this.showEnd();
      return;
    }
    for (const gone of this.messages.filter((each) => each.ts >= first && !kept.has(each.ts))) this.remove(gone.ts);
    for (const message of messages) this.put(message);
  }

  sendRead() {
    const newest = this.messages.filter((each) => !each.ephemeral).at(-1);
    if (!this.alive || !newest || newest.ts === this.readTo || document.hidden) return;
    this.readTo = newest.ts;
    this.session.api.act("POST", "read", { channel: this.channel, ts: newest.ts });
  }

  close() {
    this.alive = false;
    this.node.remove();
  }
}
