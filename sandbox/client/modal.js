// The stack of modals of one person.
import { focusables, h, icon, iconButton } from "./dom.js";
import { wordsOf } from "./inputs.js";
import { closePopovers, toast, trapFocus } from "./popover.js";
import { afterPress } from "./presses.js";
import { Sheet } from "./sheet.js";
import { avatar } from "./workspace.js";

/** @typedef {import("./session.js").Session} Session */

const SENTENCES = {
  operation_timeout: "We had some trouble connecting. Your text is still here. Try again?",
  app_not_connected: "The app is not connected. Your text is still here. Try again when it is back.",
  unreachable: "The sandbox does not answer. Your text is still here.",
};

/** One open view. */
class Modal {
  /** @param {Session} session @param {() => number} depth */
  constructor(session, depth) {
    this.session = session;
    this.depth = depth;
    this.sheet = new Sheet(session, "modal");
    this.banner = h("div", { class: "banner-error", role: "alert", hidden: true });
    this.title = h("h2");
    this.backSlot = h("span", { class: "back-slot" });
    this.foot = h("footer", { class: "dialog-foot" });
    this.body = h("div", { class: "dialog-body" }, this.banner, this.sheet.node);
    const close = iconButton("close", "Close", () => this.close(this.depth() > 1));
    this.dialog = h(
      "div",
      { class: "dialog", role: "dialog", "aria-modal": "true", tabindex: "-1" },
      h("header", { class: "dialog-head" }, this.backSlot, avatar(session.workspace, { id: "app", name: session.workspace.app.name, app: true }, "small"), this.title, close),
      this.body,
      this.foot,
    );
    this.node = h("div", { class: "backdrop" }, this.dialog);
    this.node.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.onKey(event));
    this.busy = false;
  }

  /** @param {any} view */
  update(view) {
    this.view = view;
    const title = wordsOf(view.title);
    this.title.textContent = title;
    this.dialog.setAttribute("aria-label", title);
    this.sheet.update(view);
    const submit = view.submit ? wordsOf(view.submit) : null;
    this.submitButton = submit && h("button", { type: "button", class: "button primary", onclick: () => this.submit() }, h("span", { class: "button-words" }, submit));
    if (this.submitButton) this.submitButton.disabled = Boolean(view.submit_disabled);
    const cancel = h("button", { type: "button", class: "button", onclick: () => this.close(false) }, view.close ? wordsOf(view.close) : submit ? "Cancel" : "Close");
    const hadFocus = this.foot.contains(document.activeElement);
    this.foot.replaceChildren(cancel, ...(this.submitButton ? [this.submitButton] : []));
    if (hadFocus) (this.submitButton ?? cancel).focus();
    this.drawBack();
    this.setBusy(this.busy);
  }

  drawBack() {
    const back = this.depth() > 1 ? [iconButton("back", "Back", () => this.close(false))] : [];
    if (this.backSlot.childElementCount !== back.length) this.backSlot.replaceChildren(...back);
  }

  /** @param {boolean} busy */
  setBusy(busy) {
    this.busy = busy;
    this.dialog.classList.toggle("waiting", busy);
    if (!this.submitButton) return;
    this.submitButton.classList.toggle("busy", busy);
    this.submitButton.setAttribute("aria-busy", String(busy));
    if (busy) this.submitButton.setAttribute("aria-disabled", "true");
    else this.submitButton.removeAttribute("aria-disabled");
  }

  /** @param {string|null} text */
  setBanner(text) {
    this.banner.hidden = text === null;
    this.banner.replaceChildren(...(text === null ? [] : [icon("fault", 16), h("span", null, text)]));
    if (text !== null) this.banner.scrollIntoView({ block: "nearest" });
  }

  async submit() {
    if (this.busy || this.view.submit_disabled) return;
    const complaints = this.sheet.complaints();
    if (Object.keys(complaints).length) {
      this.sheet.showErrors(complaints);
      return;
    }
    this.setBanner(null);
    this.setBusy(true);
    const answer = await this.session.api.act("POST", `views/${this.view.id}/submit`, { state: this.sheet.state() });
    this.setBusy(false);
    if (!answer.ok && answer.error !== "view_gone") {
      const known = SENTENCES[/** @type {"unreachable"} */ (answer.error)];
      this.setBanner(known ?? answer.message ?? answer.error);
    } else if (answer.result === "errors") {
      const homeless = this.sheet.showErrors(answer.errors ?? {});
      if (homeless.length) this.setBanner(homeless.join(" "));
    } else await this.session.readViews();
  }

  /** @param {boolean} all */
  async close(all) {
    if (this.busy) return;
    this.setBusy(true);
    const answer = await this.session.api.act("POST", `views/${this.view.id}/close`, all ? { clear_all: true } : {});
    this.setBusy(false);
    if (!answer.ok && answer.error === "unreachable") this.setBanner(SENTENCES.unreachable);
    else await this.session.readViews();
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    event.stopPropagation();
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.key === "Escape") this.close(false);
    trapFocus(this.dialog, event);
    const sends = event.key === "Enter" && !event.isComposing && ((target.tagName === "INPUT" && target.classList.contains("text-input")) || event.metaKey || event.ctrlKey);
    if (sends && this.view.submit) {
      event.preventDefault();
      this.submit();
    }
  }

  focusFirst() {
    const chosen = /** @type {HTMLElement|null} */ (this.sheet.node.querySelector("[data-first=yes]"));
    const inside = focusables(this.sheet.node);
    const field = inside.find((each) => each.matches("input,textarea,.select-button"));
    (chosen ?? field ?? this.submitButton ?? this.foot.firstElementChild ?? this.dialog).focus({ preventScroll: true });
  }
}

export class Modals {
  /** @param {Session} session @param {HTMLElement} host */
  constructor(session, host) {
    this.session = session;
    this.host = host;
    /** @type {Modal[]} */
    this.stack = [];
    /** @type {HTMLElement|null} */
    this.before = null;
  }

  /**
   * Show the person's stack as it is now; while something in it is being pressed, right after that.
   * @param {any[]} views topmost last
   */
  update(views) {
    const { user } = this.session;
    afterPress(this.host, this, () => user === this.session.user && this.show(views));
  }

  /** @param {any[]} views */
  show(views) {
    const wasEmpty = this.stack.length === 0;
    const top = this.stack.at(-1);
    if (wasEmpty && views.length) this.before = /** @type {HTMLElement|null} */ (document.activeElement);
    const depth = () => this.stack.length;
    const gone = this.stack.filter((modal) => !views.some((view) => view.id === modal.view.id));
    const next = views.map((view) => this.stack.find((modal) => modal.view.id === view.id) ?? new Modal(this.session, depth));
    this.stack = next;
    gone.forEach((modal) => modal.node.remove());
    if (gone.length || next.at(-1) !== top) closePopovers();
    views.forEach((view, at) => {
      const modal = next[at];
      if (modal.view === undefined || modal.view.hash !== view.hash) modal.update(view);
      modal.drawBack();
      modal.node.hidden = at < views.length - 1;
      if (!modal.node.isConnected) this.host.append(modal.node);
    });
    this.session.setBlocked(next.length > 0);
    const now = next.at(-1);
    if (now && (now !== top || document.activeElement === document.body)) now.focusFirst();
    if (!now && !wasEmpty && this.before?.isConnected) this.before.focus();
  }

  clear() {
    this.stack.forEach((modal) => modal.node.remove());
    this.stack = [];
    this.session.setBlocked(false);
  }

  /** @param {string} text */
  tell(text) {
    toast(this.host, text);
  }
}
