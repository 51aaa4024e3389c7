// App Home: what the app has published for this person.
import { h } from "./dom.js";
import { afterPress } from "./presses.js";
import { Sheet } from "./sheet.js";

export class Home {
  /** @param {import("./session.js").Session} session */
  constructor(session) {
    this.session = session;
    this.sheet = new Sheet(session, "home");
    this.empty = h("div", { class: "empty", role: "status" }, "Opening…");
    this.node = h("div", { class: "home", role: "tabpanel", "aria-label": "Home", tabindex: "0" }, h("div", { class: "home-page" }, this.empty, this.sheet.node));
    this.alive = true;
  }

  /** Tell the app that the tab was opened, and show what it has published. */
  async open() {
    const answer = await this.session.api.act("POST", "home", { tab: "home" });
    if (this.alive) this.show(answer.view ?? null, answer.ok ? null : answer.message || answer.error);
    if (this.alive && !answer.view) await this.refresh();
  }

  async refresh() {
    const answer = await this.session.api.see("home");
    if (this.alive && answer.view) this.show(answer.view, null);
  }

  /** While something in it is being pressed, right after that. @param {any} view @param {string|null} trouble */
  show(view, trouble) {
    afterPress(this.sheet.node, this, () => this.alive && this.draw(view, trouble));
  }

  /** @param {any} view @param {string|null} trouble */
  draw(view, trouble) {
    if (view) this.sheet.update(view);
    this.empty.hidden = Boolean(view);
    this.empty.textContent = trouble ?? "The app has not published anything here yet.";
  }

  close() {
    this.alive = false;
  }
}
