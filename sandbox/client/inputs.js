// The elements a person fills in. Each reads its kept value, and reports every change.
import { append, h } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";
import { select } from "./select.js";
import { clockTime, dateNumber, instantOf } from "./time.js";
import { avatar } from "./workspace.js";

/**
 * Where an element stands: a message, a modal or App Home.
 * @typedef {object} Surface
 * @property {"message"|"modal"|"home"} kind
 * @property {import("./mrkdwn.js").Reader} reader
 * @property {HTMLElement} layer where popovers open
 * @property {(block: string, action: string) => any} kept what the person entered, or undefined
 * @property {(block: string, action: string, value: any) => void} keep
 * @property {(block: string, action: string, value?: any) => Promise<any>} act
 * @property {(block: string, action: string, query: string) => Promise<any>} options
 * @property {(id: string) => string} fileUrl
 */

/**
 * One element on its surface.
 * @typedef {object} Place
 * @property {Surface} surface
 * @property {any} block
 * @property {string} label
 * @property {string} [describedBy]
 * @property {boolean} isInput it belongs to a form, and acts only when its block dispatches
 * @property {(value?: any) => void} press posts the element's action
 */

/** The words of a text object. @param {any} text */
export const wordsOf = (text) => (text?.type === "plain_text" && text.emoji === false ? (text.text ?? "") : withEmoji(text?.text ?? ""));

/** @param {any} option @param {string} [group] @returns {import("./select.js").Choice} */
const choiceOf = (option, group) => ({ value: option.value, label: wordsOf(option.text), description: option.description ? wordsOf(option.description) : undefined, group });

/** @param {any} element @returns {import("./select.js").Choice[]} */
function choicesOf(element) {
  if (element.option_groups?.length) return element.option_groups.flatMap((/** @type {any} */ group) => (group.options ?? []).map((/** @type {any} */ option) => choiceOf(option, wordsOf(group.label))));
  return (element.options ?? []).map((/** @type {any} */ option) => choiceOf(option));
}

/**
 * Keep a value, and act at once unless the element only belongs to a form.
 * @param {any} element @param {Place} place @param {any} value
 */
function changed(element, place, value) {
  place.surface.keep(place.block.block_id, element.action_id, value);
  if (!place.isInput || place.block.dispatch_action) place.press(value);
}

/** @param {any} element @param {Place} place */
const keptOf = (element, place) => place.surface.kept(place.block.block_id, element.action_id);

/** What is wrong with a value, or null. @param {string} type @param {string} value */
export function complaint(type, value) {
  if (!value) return null;
  if (type === "email" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) return "Enter an email address, like name@example.com.";
  if (type === "url" && !/^https?:\/\/\S+$/i.test(value)) return "Enter an address that begins with http:// or https://.";
  if (type === "number" && !/^-?\d+(\.\d+)?$/.test(value)) return "Enter a number.";
  return null;
}

const TEXT_TYPES = { plain_text_input: "text", email_text_input: "email", url_text_input: "url", number_input: "number" };

/** @param {any} element @param {Place} place */
function textInput(element, place) {
  const kind = TEXT_TYPES[/** @type {"plain_text_input"} */ (element.type)];
  const initial = keptOf(element, place) ?? element.initial_value ?? "";
  const multiline = kind === "text" && element.multiline;
  const mode = { number: "decimal", email: "email", url: "url" }[kind];
  const field = h(multiline ? "textarea" : "input", {
    class: "text-input", type: multiline ? null : "text", inputmode: mode, placeholder: element.placeholder ? wordsOf(element.placeholder) : null, "aria-label": place.label,
    "aria-describedby": place.describedBy, rows: multiline ? 5 : null, autocomplete: "off", data: { kind },
  });
  field.value = initial;
  if (element.focus_on_load) field.dataset.first = "yes";
  place.surface.keep(place.block.block_id, element.action_id, initial);

  const most = Number(element.max_length) || 0;
  const count = h("div", { class: "count", "aria-live": "polite" });
  const recount = () => {
    const left = most - field.value.length;
    count.textContent = most && left < Math.max(20, most * 0.1) ? `${left}` : "";
    count.classList.toggle("over", left < 0);
  };
  recount();

  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const acts = () => !place.isInput || place.block.dispatch_action;
  let timer = 0;
  let sent = field.value;
  const send = () => {
    window.clearTimeout(timer);
    if (field.value !== sent) place.press(field.value);
    sent = field.value;
  };
  field.addEventListener("input", () => {
    place.surface.keep(place.block.block_id, element.action_id, field.value);
    recount();
    if (!acts() || !triggers.includes("on_character_entered")) return;
    window.clearTimeout(timer);
    timer = window.setTimeout(send, 300);
  });
  field.addEventListener("blur", () => acts() && triggers.includes("on_character_entered") && send());
  field.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter" || multiline || event.isComposing || !acts() || !triggers.includes("on_enter_pressed")) return;
    event.preventDefault();
    event.stopPropagation();
    place.press(field.value);
    sent = field.value;
  });
  return h("div", { class: "text-field" }, field, most > 0 && count);
}

/** @param {any} element @param {Place} place */
function optionSelect(element, place) {
  const multiple = element.type.startsWith("multi_");
  const external = element.type.endsWith("external_select");
  const choices = choicesOf(element);
  const initial = (multiple ? element.initial_options : element.initial_option && [element.initial_option]) ?? [];
  return chooser(element, place, {
    multiple,
    choices,
    initial: initial.map((/** @type {any} */ option) => choiceOf(option)),
    least: external ? (element.min_query_length ?? 3) : 0,
    load: external ? (query) => place.surface.options(place.block.block_id, element.action_id, query).then(choicesOf) : undefined,
  });
}

/** @type {WeakMap<object, Map<string, import("./select.js").Choice>>} */
const seen = new WeakMap();

/**
 * @param {any} element @param {Place} place
 * @param {{multiple: boolean, choices: import("./select.js").Choice[], initial: import("./select.js").Choice[], least?: number, load?: (query: string) => Promise<import("./select.js").Choice[]>}} how
 */
function chooser(element, place, how) {
  const known = seen.get(place.surface) ?? new Map();
  seen.set(place.surface, known);
  const find = (/** @type {string} */ value) => how.choices.find((each) => each.value === value) ?? how.initial.find((each) => each.value === value) ?? known.get(`${element.action_id} ${value}`) ?? { value, label: value };
  const kept = keptOf(element, place);
  const offered = (/** @type {string} */ value) => how.load !== undefined || how.choices.length === 0 || how.choices.some((each) => each.value === value);
  const values = kept === undefined ? undefined : (Array.isArray(kept) ? kept : kept === null || kept === "" ? [] : [kept]).filter(offered);
  const selected = values ? values.map(find) : how.initial;
  const valueOf = (/** @type {import("./select.js").Choice[]} */ chosen) => (how.multiple ? chosen.map((each) => each.value) : (chosen[0]?.value ?? null));
  place.surface.keep(place.block.block_id, element.action_id, valueOf(selected));
  return select({
    layer: place.surface.layer,
    label: place.label,
    placeholder: element.placeholder ? wordsOf(element.placeholder) : how.multiple ? "Choose options" : "Choose an option",
    choices: how.choices,
    load: how.load,
    least: how.least,
    multiple: how.multiple,
    most: element.max_selected_items,
    clearable: place.isInput && place.block.optional === true,
    selected,
    onchange(chosen) {
      for (const each of chosen) known.set(`${element.action_id} ${each.value}`, each);
      changed(element, place, valueOf(chosen));
    },
  });
}

/** People, channels, or both. @param {any} element @param {Place} place */
function workspaceSelect(element, place) {
  const { workspace } = place.surface.reader;
  const kind = element.type.replace("multi_", "").replace("_select", "");
  const people = workspace.active.map((person) => ({
    value: person.id, label: person.real_name || person.name, description: `@${person.name}`, mark: () => avatar(workspace, { id: person.id, name: person.real_name || person.name }, "small"),
  }));
  const include = element.filter?.include ?? ["public", "private", "im"];
  const channels = workspace.channels
    .filter((channel) => kind !== "channels" || !channel.is_private)
    .filter((channel) => kind !== "conversations" || include.includes(channel.is_private ? "private" : "public"))
    .filter((channel) => !channel.is_private || (channel.members ?? []).includes(place.surface.reader.user))
    .map((channel) => ({ value: channel.id, label: `#${channel.name}`, description: channel.topic || undefined }));
  const choices = kind === "users" ? people : kind === "channels" ? channels : [...channels, ...(include.includes("im") ? people : [])];
  const noun = kind.slice(0, -1);
  const multiple = element.type.startsWith("multi_");
  const given = multiple ? element[`initial_${kind}`] : element[`initial_${noun}`] && [element[`initial_${noun}`]];
  const initial = (given ?? []).map((/** @type {string} */ id) => choices.find((each) => each.value === id) ?? { value: id, label: id });
  return chooser(element, place, { multiple, choices, initial });
}

/** Radio buttons and checkboxes. @param {any} element @param {Place} place */
function checks(element, place) {
  const many = element.type === "checkboxes";
  const name = `${place.surface.kind}-${place.block.block_id}-${element.action_id}-${Math.random()}`;
  const kept = keptOf(element, place);
  const initial = many ? (element.initial_options ?? []).map((/** @type {any} */ each) => each.value) : element.initial_option ? [element.initial_option.value] : [];
  const chosen = new Set(kept === undefined ? initial : Array.isArray(kept) ? kept : kept ? [kept] : []);
  const valueOf = () => (many ? [...chosen] : ([...chosen][0] ?? null));
  place.surface.keep(place.block.block_id, element.action_id, valueOf());
  const group = h("div", { class: "checks", role: many ? "group" : "radiogroup", "aria-label": place.label, "aria-describedby": place.describedBy });
  for (const option of element.options ?? []) {
    const box = h("input", { type: many ? "checkbox" : "radio", name, value: option.value });
    box.checked = chosen.has(option.value);
    box.addEventListener("change", () => {
      if (!many) chosen.clear();
      if (box.checked) chosen.add(option.value);
      else chosen.delete(option.value);
      changed(element, place, valueOf());
    });
    append(group, h("label", { class: "check" }, box, h("span", null, textNode(option.text, place.surface), option.description && h("small", null, textNode(option.description, place.surface)))));
  }
  return group;
}

/** A text object as nodes. @param {any} text @param {Surface} surface */
export function textNode(text, surface) {
  return text?.type === "mrkdwn" ? mrkdwn(text.text ?? "", surface.reader) : h("span", { class: "plain" }, wordsOf(text));
}

/** Date, time, and both. @param {any} element @param {Place} place */
function moment(element, place) {
  const { zone } = place.surface.reader;
  const type = { datepicker: "date", timepicker: "time", datetimepicker: "datetime-local" }[/** @type {"datepicker"} */ (element.type)];
  const kept = keptOf(element, place);
  const given = kept ?? element.initial_date ?? element.initial_time ?? element.initial_date_time ?? null;
  const both = element.type === "datetimepicker";
  const field = h("input", { class: "text-input moment", type, "aria-label": place.label, "aria-describedby": place.describedBy, title: element.placeholder ? wordsOf(element.placeholder) : null });
  if (given !== null && given !== "") field.value = both ? `${dateNumber(Number(given), zone)}T${clockTime(Number(given), zone)}` : String(given);
  const value = () => {
    if (!field.value) return null;
    const [date, time] = field.value.split("T");
    return both ? instantOf(date, time.slice(0, 5), zone) : field.value;
  };
  place.surface.keep(place.block.block_id, element.action_id, value());
  field.addEventListener("change", () => changed(element, place, value()));
  return field;
}

/** @param {any} element @param {Place} place */
const notSupported = (element, place) =>
  h("div", { class: "unknown" }, element.type === "file_input" ? "Files cannot be added in this form here. Add them to a message instead." : `Unsupported element: ${element.type}`, place.isInput && place.block.optional === false ? " It is required." : "");

/** @type {Record<string, (element: any, place: Place) => HTMLElement>} */
export const INPUTS = {
  plain_text_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  number_input: textInput,
  static_select: optionSelect,
  external_select: optionSelect,
  multi_static_select: optionSelect,
  multi_external_select: optionSelect,
  users_select: workspaceSelect,
  channels_select: workspaceSelect,
  conversations_select: workspaceSelect,
  multi_users_select: workspaceSelect,
  multi_channels_select: workspaceSelect,
  multi_conversations_select: workspaceSelect,
  radio_buttons: checks,
  checkboxes: checks,
  datepicker: moment,
  timepicker: moment,
  datetimepicker: moment,
  file_input: notSupported,
};
