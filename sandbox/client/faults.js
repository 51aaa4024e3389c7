// Breaking things on purpose: slow and failing API calls, lost and doubled deliveries, cut connections.
import { get, post, put } from "./api.js";
import { append, h } from "./dom.js";
import { drawer } from "./drawer.js";

const ERRORS = ["", "internal_error", "http_500", "http_503", "ratelimited", "fatal_error", "channel_not_found", "timeout"];

export class Faults {
  /** @param {() => void} onclose */
  constructor(onclose) {
    const { node, body } = drawer("Faults", onclose);
    this.node = node;
    this.body = body;
    this.note = h("p", { class: "drawer-note", role: "status" }, "");
    this.read();
  }

  async read() {
    try {
      this.faults = { api: [], delivery: {}, rate_limits: true, ...(await get("faults")) };
      this.draw();
    } catch (error) {
      this.body.replaceChildren(h("p", { class: "drawer-note" }, /** @type {Error} */ (error).message));
    }
  }

  draw() {
    const { delivery } = this.faults;
    const number = (/** @type {string} */ name, /** @type {string} */ label, /** @type {string} */ step) => row(label, h("input", { type: "number", min: 0, max: step === "0.05" ? 1 : null, step, name, value: delivery[name] ?? 0, class: "text-input" }));
    this.rules = h("div", { class: "rules" }, this.faults.api.map((/** @type {any} */ rule) => this.rule(rule)));
    const form = h(
      "form",
      { class: "faults", onsubmit: (/** @type {Event} */ event) => this.save(event) },
      h("h2", null, "Payloads to the app"),
      number("latency_ms", "Delay in ms", "10"),
      number("duplicate", "Sent twice, share 0 to 1", "0.05"),
      number("reorder", "Out of order, share 0 to 1", "0.05"),
      number("drop", "Lost, share 0 to 1", "0.05"),
      row("Ack within, s", h("input", { type: "number", min: 0, step: "0.1", name: "ack_limit_s", value: this.faults.ack_limit_s ?? 3, class: "text-input" })),
      row("Sent again after, s", h("input", { type: "text", name: "retry_schedule_s", value: (this.faults.retry_schedule_s ?? []).join(", "), class: "text-input", spellcheck: "false" })),
      row("Seed of the dice", h("input", { type: "number", step: "1", name: "seed", value: this.faults.seed ?? 1, class: "text-input" })),
      h("h2", null, "API calls of the app"),
      this.rules,
      h("button", { type: "button", class: "button small", onclick: () => append(this.rules, this.rule({ method: "*", rate: 1 })) }, "Add a rule"),
      h("label", { class: "check" }, h("input", { type: "checkbox", name: "rate_limits", checked: Boolean(this.faults.rate_limits) }), h("span", null, "Slack's rate limits apply")),
      h("div", { class: "faults-foot" }, h("button", { type: "submit", class: "button primary" }, "Apply"), h("button", { type: "button", class: "button", onclick: () => this.clear() }, "No faults")),
      this.note,
      h("h2", null, "Connection"),
      h("div", { class: "faults-foot" }, ...[["Ask to refresh", "refresh_requested"], ["Warn only", "warning"], ["Socket Mode off", "link_disabled"], ["Cut without a word", null]].map(([label, reason]) => h("button", { type: "button", class: "button small", onclick: () => this.cut(reason) }, label))),
    );
    this.body.replaceChildren(form);
  }

  /** @param {any} rule */
  rule(rule) {
    const errors = ERRORS.includes(rule.error ?? "") ? ERRORS : [...ERRORS, rule.error];
    const error = h("select", { name: "error", class: "text-input" }, errors.map((each) => h("option", { value: each }, each || "no error")));
    error.value = rule.error ?? "";
    const field = (/** @type {string} */ name, /** @type {any} */ value, /** @type {Record<string, any>} */ more = {}) => h("input", { type: "number", min: 0, name, class: "text-input", value: value ?? "", ...more });
    const node = h(
      "fieldset",
      { class: "rule" },
      h("legend", { class: "sr-only" }, "Rule"),
      row("Method", h("input", { type: "text", name: "method", class: "text-input", value: rule.method ?? "*", spellcheck: "false" })),
      row("Error", error),
      row("Delay in ms", field("latency_ms", rule.latency_ms)),
      row("Share 0 to 1", field("rate", rule.rate ?? 1, { step: "0.05", max: 1 })),
      row("Times", field("times", rule.times, { placeholder: "always" })),
      row("Retry after, s", field("retry_after", rule.retry_after)),
      h("label", { class: "check" }, h("input", { type: "checkbox", name: "lose_answer", checked: Boolean(rule.lose_answer) }), h("span", null, "Do it, but lose the answer")),
      h("button", { type: "button", class: "button small", onclick: () => node.remove() }, "Remove"),
    );
    return node;
  }

  /** @param {Event} event */
  async save(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const value = (/** @type {ParentNode} */ within, /** @type {string} */ name) => /** @type {any} */ (within.querySelector(`[name=${name}]`));
    const api = [...form.querySelectorAll(".rule")].map((node) => {
      const rule = /** @type {Record<string, any>} */ ({ method: value(node, "method").value.trim() || "*", rate: Number(value(node, "rate").value) });
      if (value(node, "error").value) rule.error = value(node, "error").value;
      for (const name of ["latency_ms", "times", "retry_after"]) if (value(node, name).value !== "") rule[name] = Number(value(node, name).value);
      if (value(node, "lose_answer").checked) rule.lose_answer = true;
      return rule;
    });
    const delivery = Object.fromEntries(["latency_ms", "duplicate", "reorder", "drop"].map((name) => [name, Number(value(form, name).value) || 0]));
    const seconds = value(form, "retry_schedule_s").value.split(/[\s,]+/).filter(Boolean).map(Number);
    if (seconds.some((/** @type {number} */ each) => !(each >= 0))) {
      this.note.textContent = "“Sent again after” is a list of seconds, such as 0, 60, 300.";
      return;
    }
    const seed = Number(value(form, "seed").value) || 1;
    const limit = Number(value(form, "ack_limit_s").value);
    await this.put({ ...this.faults, api, delivery, seed, retry_schedule_s: seconds, ack_limit_s: limit, rate_limits: value(form, "rate_limits").checked });
  }

  async clear() {
    await this.put({ ...this.faults, api: [], delivery: { latency_ms: 0, duplicate: 0, reorder: 0, drop: 0 }, retry_schedule_s: [0, 60, 300], ack_limit_s: 3, seed: 1 });
    this.draw();
  }

  /** @param {any} faults */
  async put(faults) {
    try {
      this.faults = { ...faults, ...(await put("faults", faults)) };
      this.note.textContent = "Applied.";
    } catch (error) {
      this.note.textContent = /** @type {Error} */ (error).message;
    }
  }

  /** @param {string|null} reason */
  async cut(reason) {
    const answer = await post("disconnect", { reason }).catch((error) => ({ error: error.message }));
    this.note.textContent = answer?.error ?? "Done.";
  }
}

/** @param {string} label @param {Node} field */
const row = (label, field) => h("label", { class: "row" }, h("span", null, label), field);
