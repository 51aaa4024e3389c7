// The page: a bar above, one or two persons' views, and the drawers. Its address says who is where.
import { append, gathered, h, iconButton } from "./dom.js";
import { Clock } from "./clock.js";
import { Faults } from "./faults.js";
import { Inspector } from "./inspector.js";
import { closePopovers } from "./popover.js";
import { Session } from "./session.js";
import { dateNumber } from "./time.js";
import { Workspace } from "./workspace.js";

const SIDES = /** @type {const} */ (["left", "right"]);

class Page {
  constructor() {
    this.workspace = new Workspace();
    /** @type {Partial<Record<"left"|"right", Session>>} */
    this.sessions = {};
    this.stage = h("div", { class: "stage" });
    this.layer = h("div", { class: "layer page-layer" });
    this.status = h("span", { class: "status", role: "status" });
    this.applying = false;
    this.reading = 0;
    this.loadSoon = gathered(() => this.workspace.load().catch(() => undefined), 150);
  }

  async start() {
    setTheme(localStorage.getItem("theme"));
    await this.load();
    document.title = this.workspace.team.name;
    this.clock = new Clock(this.workspace, () => this.sessions.left?.reader?.zone ?? "UTC", this.layer);
    document.body.append(this.bar(), this.stage, this.layer);
    this.stage.addEventListener("place", () => this.writeAddress());
    this.stage.addEventListener("frame", (/** @type {any} */ event) => this.onFrame(event.detail));
    this.workspace.addEventListener("workspace", () => this.drawStatus());
    this.workspace.addEventListener("clock", gathered(() => this.onClock(), 50));
    document.addEventListener("keydown", (event) => this.onKey(event));
    window.addEventListener("hashchange", () => this.readAddress());
    window.setInterval(() => this.onClock(), 5000);
    this.drawStatus();
    this.workspace.loadEmoji();
    await this.readAddress();
  }

  /** The first look waits for the server. */
  async load() {
    for (let pause = 300; ; pause = Math.min(3000, pause * 1.5)) {
      try {
        await this.workspace.load();
        document.body.replaceChildren();
        return;
      } catch (error) {
        document.body.replaceChildren(h("p", { class: "waiting-page", role: "status" }, /** @type {Error} */ (error).message));
        await new Promise((resolve) => window.setTimeout(resolve, pause));
      }
    }
  }

  bar() {
    this.splitButton = iconButton("columns", "Two people side by side", () => this.toggleSplit(), { "aria-pressed": "false" });
    this.inspectButton = iconButton("inspect", "Inspector", () => this.toggleDrawer("inspector"), { "aria-expanded": "false" });
    this.faultButton = iconButton("fault", "Faults", () => this.toggleDrawer("faults"), { "aria-expanded": "false" });
    return h(
      "header",
      { class: "bar" },
      h("span", { class: "brand" }, h("img", { src: "icon.svg", alt: "", width: 22, height: 22 }), h("span", null, this.workspace.team.name)),
      this.status,
      h("span", { class: "spacer" }),
      this.clock?.node,
      h("span", { class: "spacer" }),
      h("span", { class: "bar-tools", role: "toolbar", "aria-label": "Tools" }, this.splitButton, this.inspectButton, this.faultButton, iconButton("moon", "Light or dark", toggleTheme)),
    );
  }

  drawStatus() {
    const { app } = this.workspace;
    const up = app.delivery === "http" || app.connections > 0;
    const faults = app.faults_in_force ? "Faults, in force" : "Faults";
    this.faultButton?.classList.toggle("in-force", Boolean(app.faults_in_force));
    this.faultButton?.setAttribute("aria-label", faults);
    this.faultButton?.setAttribute("title", faults);
    this.status.classList.toggle("up", up && app.events_on !== false);
    const events = app.events_on === false ? ", its events are switched off" : "";
    this.status.replaceChildren(h("span", { class: "dot" }), `${app.name} ${up ? "connected" : "not connected"}${events}`);
    this.status.title = events ? "Hardly any delivery was taken. Set the delivery again to switch events on." : app.delivery === "http" ? "Payloads go to its request URL" : `${app.connections} Socket Mode connections`;
  }

  /** @param {"left"|"right"} side @returns {Session} */
  session(side) {
    let found = this.sessions[side];
    if (!found) {
      found = /** @type {Session} */ (document.createElement("workspace-session")).init(this.workspace, side);
      this.sessions[side] = found;
      const drawer = this.stage.querySelector(".drawer");
      this.stage.insertBefore(found, side === "left" ? this.stage.firstChild : drawer);
    }
    return found;
  }

  /** Go where the address says: `#left=USER/CHANNEL/THREAD&right=…`; CHANNEL may be a name, "app" or "home". */
  async readAddress() {
    const asked = location.hash;
    const given = new URLSearchParams(asked.slice(1) || this.workspace.page);
    const drawer = given.get("drawer");
    if (given.toString() === this.written) return;
    this.applying = true;
    const reading = ++this.reading;
    const people = this.workspace.active;
    const places = SIDES.map((side) => {
      const [user, channel, thread] = (given.get(side) ?? "").split("/");
      const person = people.find((each) => each.id === user || each.name === user) ?? (side === "left" ? people[0] : undefined);
      const at = given.get(side === "left" ? "at" : "right_at") ?? undefined;
      return person && { user: person.id, channel: channel || undefined, thread: thread || given.get(side === "left" ? "thread" : "right_thread") || undefined, at };
    });
    const opened = SIDES.map((side, index) => {
      const place = places[index];
      if (place) return this.session(side).start(place);
      this.closeSide(side);
      return undefined;
    });
    this.drawSplit();
    if (drawer === "inspector" || drawer === "faults") this.toggleDrawer(drawer, true);
    await Promise.all(opened);
    if (reading !== this.reading) return;
    this.applying = false;
    // Changed while this one was opened, and not heard of yet: writing would undo it.
    if (location.hash !== asked) {
      await this.readAddress();
      return;
    }
    this.writeAddress();
    document.body.dataset.ready = "yes";
  }

  writeAddress() {
    if (this.applying) return;
    const parts = SIDES.flatMap((side) => (this.sessions[side] ? [`${side}=${this.sessions[side].place}`] : []));
    const hash = parts.join("&");
    this.written = new URLSearchParams(hash).toString();
    history.replaceState(null, "", `#${hash}`);
  }

  /** Ctrl+K looks for messages, on the side where one is. @param {KeyboardEvent} event */
  onKey(event) {
    if (!(event.ctrlKey || event.metaKey) || event.key !== "k") return;
    const session = Object.values(this.sessions).find((each) => each.contains(document.activeElement)) ?? this.sessions.left;
    if (!session || session.body.inert) return;
    event.preventDefault();
    session.toggleSidebar(true);
    session.sidebar.search.field.focus();
  }

  /** @param {"left"|"right"} side */
  closeSide(side) {
    this.sessions[side]?.remove();
    delete this.sessions[side];
  }

  async toggleSplit() {
    closePopovers();
    if (this.sessions.right) this.closeSide("right");
    else {
      const taken = this.sessions.left?.user;
      const other = this.workspace.active.find((each) => each.id !== taken);
      if (other) this.session("right").start({ user: other.id });
    }
    this.drawSplit();
    this.writeAddress();
  }

  drawSplit() {
    const two = Boolean(this.sessions.right);
    this.stage.classList.toggle("split", two);
    this.splitButton?.setAttribute("aria-pressed", String(two));
  }

  /** @param {"inspector"|"faults"} name @param {boolean} [open] */
  toggleDrawer(name, open = this.drawer?.name !== name) {
    this.drawer?.panel.node.remove();
    const close = () => {
      this.toggleDrawer(name, false);
      (name === "inspector" ? this.inspectButton : this.faultButton)?.focus();
    };
    const zone = () => this.sessions.left?.reader?.zone ?? "UTC";
    this.drawer = open ? { name, panel: name === "inspector" ? new Inspector(zone, close) : new Faults(close) } : null;
    if (this.drawer) append(this.stage, this.drawer.panel.node);
    this.inspectButton?.setAttribute("aria-expanded", String(this.drawer?.name === "inspector"));
    this.faultButton?.setAttribute("aria-expanded", String(this.drawer?.name === "faults"));
  }

  /** What concerns the whole page. @param {any} frame */
  onFrame(frame) {
    if (frame.kind === "clock") {
      if (typeof frame.clock?.now === "number") this.workspace.setClock(frame.clock);
      else if (typeof frame.now === "number") this.workspace.setClock(frame);
      else this.clock?.read();
    } else if (frame.kind === "log") {
      if (this.drawer?.panel instanceof Inspector) this.drawer.panel.onLog();
    } else if (frame.kind === "app" || frame.kind === "conversations") this.loadSoon();
  }

  /** When the day turns, "today" means another day: what is on the screen is drawn again. */
  onClock() {
    for (const session of Object.values(this.sessions)) {
      if (!session.reader) continue;
      const today = dateNumber(this.workspace.now(), session.reader.zone);
      if (session.today !== undefined && session.today !== today) session.redrawDates();
      session.today = today;
    }
  }
}

/** @param {string|null} theme "light", "dark", or null for the system's */
function setTheme(theme) {
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
}

function toggleTheme() {
  const shown = document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const next = shown === "dark" ? "light" : "dark";
  setTheme(next);
  localStorage.setItem("theme", next);
}

new Page().start();
