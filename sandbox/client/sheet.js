// The blocks of a modal or of App Home, with what the person has entered: kept through updates by block and action id.
import { renderBlock } from "./blocks.js";
import { complaint } from "./inputs.js";

/** @typedef {import("./session.js").Session} Session */

/**
 * Slack's `state.values` as plain values.
 * @param {any} state
 * @returns {Map<string, any>}
 */
function plainState(state) {
  const plain = new Map();
  for (const [block, actions] of Object.entries(state?.values ?? state ?? {})) {
    for (const [action, entry] of Object.entries(actions ?? {})) plain.set(keyOf(block, action), plainValue(entry));
  }
  return plain;
}

/** @param {any} entry */
function plainValue(entry) {
  if (entry === null || typeof entry !== "object" || Array.isArray(entry)) return entry;
  if ("value" in entry) return entry.value;
  const name = Object.keys(entry).find((key) => key.startsWith("selected_"));
  const value = name ? entry[name] : null;
  if (Array.isArray(value)) return value.map((each) => (typeof each === "object" ? each.value : each));
  return value !== null && typeof value === "object" ? value.value : value;
}

/** @param {string} block @param {string} action */
const keyOf = (block, action) => JSON.stringify([block, action]);

export class Sheet {
  /**
   * @param {Session} session
   * @param {"modal"|"home"} kind
   */
  constructor(session, kind) {
    this.session = session;
    this.view = /** @type {any} */ (null);
    this.node = document.createElement("div");
    this.node.className = "blocks sheet";
    /** @type {Map<string, any>} */
    this.values = new Map();
    /** @type {{id: string, json: string, node: HTMLElement}[]} */
    this.drawn = [];
    const sheet = this;
    /** @type {import("./inputs.js").Surface} */
    this.surface = {
      kind,
      reader: session.reader,
      layer: session.layer,
      kept: (block, action) => this.values.get(keyOf(block, action)),
      keep: (block, action, value) => this.values.set(keyOf(block, action), value),
      act: (block_id, action_id, value) => this.act({ view_id: this.view.id, block_id, action_id, value, state: this.state() }),
      async options(block_id, action_id, query) {
        const answer = await session.api.act("POST", "options", { view_id: sheet.view.id, block_id, action_id, query });
        if (!answer.ok) throw new Error(answer.message || answer.error);
        return answer;
      },
      fileUrl: (id) => session.api.fileUrl(id),
    };
    this.node.addEventListener("input", (event) => clearError(/** @type {Element} */ (event.target)));
    this.node.addEventListener("focusout", (event) => this.check(/** @type {Element} */ (event.target)));
  }

  /** @param {any} body */
  act(body) {
    return this.session.api.act("POST", "actions", body);
  }

  /** What the inputs hold, as the control API takes it. */
  state() {
    /** @type {Record<string, Record<string, any>>} */
    const state = {};
    for (const block of this.view.blocks ?? []) {
      const elements = block.element ? [block.element] : [...(block.elements ?? []), ...(block.accessory ? [block.accessory] : [])];
      for (const element of elements) {
        const key = keyOf(block.block_id, element.action_id);
        if (element.action_id && this.values.has(key)) (state[block.block_id] ??= {})[element.action_id] = this.values.get(key);
      }
    }
    return state;
  }

  /**
   * Show a view. Blocks that did not change stay as they are, focus and caret with them.
   * @param {any} view
   */
  update(view) {
    const first = this.view === null;
    this.view = view;
    const blocks = view.blocks ?? [];
    if (first) this.values = plainState(view.state);
    else this.forget(blocks);
    const focus = focusIn(this.node);
    const before = this.drawn;
    this.drawn = blocks.map((/** @type {any} */ block, /** @type {number} */ at) => {
      const id = block.block_id ?? `at-${at}`;
      const json = JSON.stringify(block);
      const same = before.find((each) => each.id === id && each.json === json);
      return same ?? { id, json, node: renderBlock(block, this.surface) };
    });
    const nodes = this.drawn.map((each) => each.node);
    for (const gone of before) if (!nodes.includes(gone.node)) gone.node.remove();
    nodes.forEach((node, at) => {
      if (this.node.children[at] !== node) this.node.insertBefore(node, this.node.children[at] ?? null);
    });
    restoreFocus(this.node, focus);
  }

  /** Values of inputs that are no longer there are forgotten. @param {any[]} blocks */
  forget(blocks) {
    const here = new Set(blocks.map((block) => block.block_id));
    for (const key of [...this.values.keys()]) if (!here.has(JSON.parse(key)[0])) this.values.delete(key);
  }

  /**
   * Show what is wrong at its field.
   * @param {Record<string, string>} errors by block id
   * @returns {string[]} those whose field is not here
   */
  showErrors(errors) {
    for (const node of this.node.querySelectorAll(".input.invalid")) clearError(node);
    const homeless = [];
    let first;
    for (const [block, text] of Object.entries(errors)) {
      const node = this.node.querySelector(`[data-block-id="${CSS.escape(block)}"]`);
      if (!node?.querySelector(".input-error")) homeless.push(text);
      else {
        setError(node, text);
        first ??= node;
      }
    }
    first?.scrollIntoView({ block: "nearest" });
    /** @type {HTMLElement|null|undefined} */ (first?.querySelector("input,textarea,button"))?.focus();
    return homeless;
  }

  /** What is malformed in itself, said when one leaves the field. @param {Element} field */
  check(field) {
    const kind = /** @type {HTMLElement} */ (field).dataset?.kind;
    const input = field.closest(".input");
    const wrong = kind && input ? complaint(kind, /** @type {HTMLInputElement} */ (field).value) : null;
    if (wrong && input) setError(input, wrong);
  }

  /** All that is malformed, by block id. @returns {Record<string, string>} */
  complaints() {
    /** @type {Record<string, string>} */
    const found = {};
    for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (this.node.querySelectorAll("[data-kind]"))) {
      const wrong = complaint(field.dataset.kind ?? "", field.value);
      const block = /** @type {HTMLElement|null} */ (field.closest(".input"))?.dataset.blockId;
      if (wrong && block) found[block] = wrong;
    }
    return found;
  }
}

/** @param {Element} input @param {string} text */
function setError(input, text) {
  input.classList.add("invalid");
  const place = input.querySelector(".input-error");
  if (place) place.textContent = text;
  input.querySelector("input,textarea,.select-button,[role=group],[role=radiogroup]")?.setAttribute("aria-invalid", "true");
}

/** @param {Element} within */
function clearError(within) {
  const input = within.closest(".input");
  if (!input?.classList.contains("invalid")) return;
  input.classList.remove("invalid");
  const place = input.querySelector(".input-error");
  if (place) place.textContent = "";
  input.querySelector("[aria-invalid]")?.removeAttribute("aria-invalid");
}

/** @param {HTMLElement} node */
function focusIn(node) {
  const active = /** @type {any} */ (document.activeElement);
  if (!active || !node.contains(active)) return null;
  const range = typeof active.selectionStart === "number" ? [active.selectionStart, active.selectionEnd] : null;
  const block = active.closest(".block")?.dataset.blockId;
  const action = active.closest(".element")?.dataset.action;
  return { active, block, action, name: active.getAttribute("aria-label") ?? active.textContent, range };
}

/** @param {HTMLElement} node @param {ReturnType<typeof focusIn>} focus */
function restoreFocus(node, focus) {
  if (!focus || (focus.active.isConnected && document.activeElement === focus.active)) return;
  const block = focus.active.isConnected ? null : node.querySelector(`[data-block-id="${CSS.escape(focus.block ?? "")}"]`);
  const all = /** @type {any[]} */ ([...(block?.querySelectorAll("input,textarea,button") ?? [])]);
  const twin = focus.active.isConnected ? focus.active : (all.find((each) => (each.getAttribute("aria-label") ?? each.textContent) === focus.name) ?? all[0]);
  twin?.focus({ preventScroll: true });
  if (twin && focus.range && "setSelectionRange" in twin) twin.setSelectionRange(...focus.range);
}
