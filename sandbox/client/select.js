// A chooser of one or several options: a button that opens a list which can be filtered.
import { append, h, icon } from "./dom.js";
import { openPopover } from "./popover.js";

/**
 * @typedef {object} Choice
 * @property {string} value
 * @property {string} label
 * @property {string} [description]
 * @property {string} [group]
 * @property {() => Node} [mark] drawn before the label
 */

/**
 * @typedef {object} SelectOptions
 * @property {HTMLElement} layer
 * @property {string} label its accessible name
 * @property {string} placeholder
 * @property {Choice[]} choices
 * @property {((query: string) => Promise<Choice[]>)|undefined} [load] asks for the choices as one types
 * @property {number} [least] letters before `load` is asked
 * @property {boolean} [multiple]
 * @property {number} [most] selected at once
 * @property {boolean} [clearable]
 * @property {Choice[]} selected
 * @property {(selected: Choice[]) => void} onchange
 */

let counter = 0;

/**
 * @param {SelectOptions} options
 * @returns {HTMLElement}
 */
export function select(options) {
  const node = h("div", { class: options.multiple ? "select select-multiple" : "select" });
  let selected = [...options.selected];

  const set = (/** @type {Choice[]} */ chosen) => {
    selected = chosen;
    draw();
    options.onchange(selected);
  };

  const chip = (/** @type {Choice} */ choice) =>
    h(
      "span",
      { class: "chip" },
      choice.mark?.(),
      choice.label,
      h("button", { type: "button", class: "chip-remove", "aria-label": `Remove ${choice.label}`, onclick: () => set(selected.filter((each) => each !== choice)) }, icon("close", 12)),
    );

  const toggle = h("button", { type: "button", class: "select-button", role: "combobox", "aria-haspopup": "listbox", "aria-expanded": "false", "aria-label": options.label });
  toggle.addEventListener("click", () => openList(options, toggle, () => selected, set));
  toggle.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    toggle.click();
  });

  function draw() {
    node.replaceChildren();
    toggle.replaceChildren();
    const single = options.multiple ? undefined : selected[0];
    append(toggle, single?.mark?.());
    append(toggle, h("span", { class: single ? "select-value" : "select-value placeholder" }, single?.label ?? options.placeholder));
    append(toggle, icon("down", 14));
    if (options.multiple && selected.length) append(node, h("span", { class: "chips" }, selected.map(chip)));
    append(node, toggle);
    if (options.clearable && single) {
      append(node, h("button", { type: "button", class: "select-clear", "aria-label": `Clear ${options.label}`, onclick: () => (set([]), toggle.focus()) }, icon("close", 14)));
    }
  }

  draw();
  return node;
}

/**
 * @param {SelectOptions} options
 * @param {HTMLElement} toggle
 * @param {() => Choice[]} current
 * @param {(chosen: Choice[]) => void} set
 */
function openList(options, toggle, current, set) {
  counter += 1;
  const id = `list-${counter}`;
  let active = 0;
  /** @type {Choice[]} */
  let shown = [];
  let round = 0;
  const filter = h("input", { class: "select-filter", type: "text", placeholder: options.load ? "Type to search" : "Filter", "aria-label": `Filter ${options.label}`, "aria-controls": id, autocomplete: "off", spellcheck: "false" });
  const list = h("div", { class: "select-list", role: "listbox", id, "aria-label": options.label, "aria-multiselectable": options.multiple ? "true" : null });
  const panel = h("div", { class: "select-panel" }, filter, list);
  const close = openPopover(options.layer, toggle, panel, { matchWidth: true });

  // A click on an option leaves the focus where one types.
  list.addEventListener("mousedown", (/** @type {Event} */ event) => event.preventDefault());

  const isChosen = (/** @type {Choice} */ choice) => current().some((each) => each.value === choice.value);
  const choose = (/** @type {Choice} */ choice) => {
    if (!options.multiple) {
      close();
      set([choice]);
      return;
    }
    const without = current().filter((each) => each.value !== choice.value);
    if (without.length === current().length && options.most && without.length >= options.most) return;
    set(without.length < current().length ? without : [...without, choice]);
    draw();
  };
  const note = (/** @type {string} */ text) => list.replaceChildren(h("div", { class: "select-note" }, text));

  function draw() {
    list.replaceChildren();
    if (!shown.length) note("Nothing found");
    let group;
    shown.forEach((choice, at) => {
      if (choice.group !== group) append(list, h("div", { class: "menu-heading", role: "presentation" }, choice.group));
      group = choice.group;
      const props = { role: "option", id: `${id}-${at}`, class: at === active ? "option active" : "option", "aria-selected": String(isChosen(choice)), onclick: () => choose(choice), onpointermove: () => at !== active && mark(at) };
      const words = h("span", { class: "option-words" }, choice.label, choice.description && h("small", null, choice.description));
      append(list, h("div", props, choice.mark?.(), words, isChosen(choice) && icon("check", 16)));
    });
    mark(Math.min(active, Math.max(0, shown.length - 1)));
  }

  function mark(/** @type {number} */ at) {
    active = at;
    list.querySelector(".option.active")?.classList.remove("active");
    const option = list.querySelector(`#${id}-${at}`);
    option?.classList.add("active");
    option?.scrollIntoView({ block: "nearest" });
    if (option) filter.setAttribute("aria-activedescendant", option.id);
  }

  async function find() {
    const query = filter.value.trim();
    active = 0;
    if (!options.load) {
      const wanted = query.toLowerCase();
      shown = options.choices.filter((choice) => `${choice.label} ${choice.description ?? ""}`.toLowerCase().includes(wanted));
      if (!query) active = Math.max(0, shown.findIndex(isChosen));
      return draw();
    }
    if (query.length < (options.least ?? 0)) return note(`Type ${options.least} letters or more`);
    round += 1;
    const mine = round;
    note("Searching…");
    try {
      const found = await options.load(query);
      if (mine !== round) return undefined;
      shown = found;
      return draw();
    } catch (error) {
      return mine === round ? note(/** @type {Error} */ (error).message) : undefined;
    }
  }

  let timer = 0;
  filter.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(find, options.load ? 200 : 0);
  });
  filter.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const to = { ArrowDown: active + 1, ArrowUp: active - 1 }[event.key];
    if (to !== undefined && shown.length) {
      event.preventDefault();
      mark((to + shown.length) % shown.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      event.stopPropagation();
      if (shown[active]) choose(shown[active]);
    }
  });
  if (!options.load && options.choices.length < 7) panel.classList.add("select-short");
  find();
  filter.focus({ preventScroll: true });
}
