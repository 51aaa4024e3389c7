// A look inside: each payload sent to the app and each API call it made.
import { get } from "./api.js";
import { append, gathered, h } from "./dom.js";
import { drawer } from "./drawer.js";
import { clockTime } from "./time.js";

const KEPT = 400;

export class Inspector {
  /** @param {() => string} zone @param {() => void} onclose */
  constructor(zone, onclose) {
    this.zone = zone;
    this.since = 0;
    this.filter = h("input", { type: "search", class: "select-filter inspector-filter", placeholder: "Filter", "aria-label": "Filter by name", oninput: () => this.applyFilter() });
    const clear = h("button", { type: "button", class: "button small", onclick: () => this.list.replaceChildren() }, "Clear");
    const { node, body } = drawer("Inspector", onclose, this.filter, clear);
    this.node = node;
    this.list = h("ol", { class: "log" });
    this.note = h("p", { class: "drawer-note" }, "← payloads that reach the app, → calls that the app makes. Newest first.");
    append(body, [this.note, this.list]);
    this.readSoon = gathered(() => this.read(), 120);
    this.reading = false;
    this.read();
  }

  async read() {
    if (this.reading) return;
    this.reading = true;
    const answer = await get(`log?since=${this.since}&limit=200`).catch(() => null);
    this.reading = false;
    if (!answer) return;
    for (const entry of answer.entries) {
      if (entry.seq <= this.since) continue;
      this.since = entry.seq;
      this.list.prepend(this.row(entry));
    }
    while (this.list.childElementCount > KEPT) this.list.lastElementChild.remove();
    if (answer.entries.length >= 200) this.readSoon();
  }

  /** @param {any} entry */
  row(entry) {
    const incoming = entry.direction === "in";
    const bad = Number(entry.status) >= 400 || entry.response?.ok === false || (typeof entry.status === "string" && !/^(acked|ok|sent)$/.test(entry.status));
    const error = entry.response?.error;
    const details = h("details", { class: bad ? "log-entry bad" : "log-entry" });
    const at = Number(entry.at);
    const time = Number.isFinite(at) ? clockTime(at, this.zone()) : "";
    append(
      details,
      h("summary", null, h("span", { class: incoming ? "direction in" : "direction out", title: incoming ? "API call of the app" : "Payload to the app" }, incoming ? "→" : "←"), h("span", { class: "log-name" }, entry.name), error && h("span", { class: "log-error" }, error), h("span", { class: "spacer" }), h("span", { class: "log-status" }, entry.status ?? ""), h("span", { class: "log-ms" }, entry.ms === undefined || entry.ms === null ? "" : `${Math.round(entry.ms)} ms`), h("span", { class: "log-at" }, time)),
    );
    details.addEventListener("toggle", () => {
      if (!details.open || details.childElementCount > 1) return;
      for (const side of ["request", "response"]) append(details, [h("h3", null, side === "request" ? "Request" : "Response"), h("pre", { tabindex: "0" }, JSON.stringify(entry[side] ?? null, null, 2))]);
    });
    const item = h("li", { data: { name: String(entry.name).toLowerCase() } }, details);
    item.hidden = !this.matches(item);
    return item;
  }

  /** @param {HTMLElement} item */
  matches(item) {
    return (item.dataset.name ?? "").includes(this.filter.value.trim().toLowerCase());
  }

  applyFilter() {
    for (const item of this.list.children) /** @type {HTMLElement} */ (item).hidden = !this.matches(/** @type {HTMLElement} */ (item));
  }

  onLog() {
    if (this.node.isConnected) this.readSoon();
  }
}
