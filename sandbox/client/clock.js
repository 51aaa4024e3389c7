// The workspace's clock in the top bar: what time it is, how fast it runs, and jumps.
import { get, put } from "./api.js";
import { append, h, icon } from "./dom.js";
import { openMenu, toast } from "./popover.js";
import { clockTime, shortDay, untilMorning } from "./time.js";

const RATES = [1, 60, 600];
const JUMPS = [
  { name: "+10 min", label: "Forward 10 minutes", seconds: 600 },
  { name: "+1 h", label: "Forward 1 hour", seconds: 3600 },
  { name: "+8 h", label: "Forward 8 hours", seconds: 28_800 },
];

export class Clock {
  /**
   * @param {import("./workspace.js").Workspace} workspace
   * @param {() => string} zone whose wall clock is shown
   * @param {HTMLElement} layer
   */
  constructor(workspace, zone, layer) {
    this.workspace = workspace;
    this.zone = zone;
    this.layer = layer;
    this.shown = h("time", { class: "clock-time" });
    this.rate = h("select", { class: "clock-rate", "aria-label": "Speed of time", title: "Speed of time", onchange: () => this.set({ rate: Number(this.rate.value) }) });
    this.jumps = h("span", { class: "jumps" });
    for (const { name, label, seconds } of JUMPS) append(this.jumps, h("button", { type: "button", class: "bar-button", "aria-label": label, title: label, onclick: () => this.set({ advance: seconds }) }, name));
    append(this.jumps, h("button", { type: "button", class: "bar-button", "aria-label": "Forward to the next morning, 9:00", title: "Forward to the next morning, 9:00", onclick: () => this.morning() }, "Next 9:00"));
    const less = h("button", { type: "button", class: "bar-button jumps-menu", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": "Move time forward" }, icon("clock", 15), "+");
    less.addEventListener("click", () => openMenu(layer, less, [...JUMPS.map((each) => ({ label: each.label, onselect: () => this.set({ advance: each.seconds }) })), { label: "Forward to the next morning, 9:00", onselect: () => this.morning() }], { label: "Move time forward" }));
    this.node = h("div", { class: "clock", role: "group", "aria-label": "Workspace time" }, icon("clock", 16), this.shown, this.rate, this.jumps, less);
    workspace.addEventListener("clock", () => this.draw());
    window.setInterval(() => this.tick(), 250);
    this.draw();
  }

  morning() {
    this.set({ advance: untilMorning(this.workspace.now(), this.zone()) });
  }

  /** @param {{rate?: number, advance?: number}} change */
  async set(change) {
    try {
      this.workspace.setClock(await put("clock", change));
    } catch (error) {
      toast(this.layer, /** @type {Error} */ (error).message);
      this.draw();
    }
  }

  async read() {
    this.workspace.setClock(await get("clock").catch(() => null));
  }

  draw() {
    const now = this.workspace.clock.rate ?? 1;
    const rates = [...new Set([...RATES, now])].sort((a, b) => a - b);
    this.rate.replaceChildren(...rates.map((rate) => h("option", { value: rate, selected: rate === now }, `${rate}×`)));
    this.rate.value = String(now);
    this.node.classList.toggle("fast", now !== 1);
    this.tick();
  }

  tick() {
    const now = this.workspace.now();
    const text = `${shortDay(now, this.zone())} ${clockTime(now, this.zone())}`;
    if (this.shown.textContent === text) return;
    this.shown.textContent = text;
    this.shown.title = this.zone();
  }
}
