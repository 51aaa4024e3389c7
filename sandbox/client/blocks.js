// Block Kit, drawn as nodes. An unknown block says so; nothing is dropped in silence.
import { append, h, icon } from "./dom.js";
import { INPUTS, textNode, wordsOf } from "./inputs.js";
import { link, mrkdwn, safeUrl } from "./mrkdwn.js";
import { ask, openMenu } from "./popover.js";
import { richText } from "./rich_text.js";

/** @typedef {import("./inputs.js").Surface} Surface */

let counter = 0;

/**
 * @param {any[]} blocks
 * @param {Surface} surface
 * @returns {HTMLElement}
 */
export function renderBlocks(blocks, surface) {
  const node = h("div", { class: "blocks" });
  for (const block of blocks ?? []) append(node, renderBlock(block, surface));
  return node;
}

/**
 * @param {any} block
 * @param {Surface} surface
 * @returns {HTMLElement}
 */
export function renderBlock(block, surface) {
  const node = Object.hasOwn(BLOCKS, block.type) ? BLOCKS[block.type](block, surface) : unknown(block, "block");
  node.classList.add("block");
  node.dataset.type = block.type;
  if (block.block_id) node.dataset.blockId = block.block_id;
  return node;
}

/** @param {any} thing @param {string} what */
function unknown(thing, what) {
  const json = h("details", null, h("summary", null, `Unsupported ${what}: ${thing.type}`), h("pre", null, JSON.stringify(thing, null, 2)));
  return h("div", { class: "unknown" }, json);
}

/**
 * Confirm if the element asks for it, post its action, and tell beside the block when that fails.
 * @param {any} element @param {any} block @param {Surface} surface @param {HTMLElement} host
 * @param {{value?: any, confirm?: any}} [what]
 */
async function press(element, block, surface, host, what = {}) {
  const confirm = what.confirm ?? element.confirm;
  if (confirm) {
    const question = { title: wordsOf(confirm.title), text: textNode(confirm.text, surface), confirm: wordsOf(confirm.confirm) || "Yes", deny: wordsOf(confirm.deny) || "No", danger: confirm.style === "danger" };
    if (!(await ask(surface.layer, question))) return;
  }
  const holder = host.closest(".block") ?? host;
  holder.querySelector(":scope > .action-error")?.remove();
  host.classList.add("busy");
  host.setAttribute("aria-busy", "true");
  const answer = await surface.act(block.block_id, element.action_id, what.value);
  host.classList.remove("busy");
  host.removeAttribute("aria-busy");
  if (answer?.ok === false) append(holder, h("div", { class: "action-error", role: "alert" }, icon("fault", 14), answer.message || answer.error));
}

/** @param {any} element @param {any} block @param {Surface} surface */
function button(element, block, surface) {
  const words = wordsOf(element.text);
  const node = h("button", { type: "button", class: `button ${element.style ?? ""}`, "aria-label": element.accessibility_label ?? null }, h("span", { class: "button-words" }, words), element.url && icon("link", 13));
  node.addEventListener("click", () => {
    const href = element.url ? safeUrl(element.url) : null;
    if (href) window.open(href, "_blank", "noopener");
    press(element, block, surface, node);
  });
  return node;
}

/** @param {any} element @param {any} block @param {Surface} surface */
function overflow(element, block, surface) {
  const node = h("button", { type: "button", class: "button button-more", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": "More actions", title: "More actions" }, icon("more", 16));
  node.addEventListener("click", () => {
    const items = (element.options ?? []).map((/** @type {any} */ option) => ({
      label: wordsOf(option.text),
      hint: option.description ? wordsOf(option.description) : undefined,
      onselect() {
        const href = option.url ? safeUrl(option.url) : null;
        if (href) window.open(href, "_blank", "noopener");
        press(element, block, surface, node, { value: option.value });
      },
    }));
    openMenu(surface.layer, node, items, { label: "More actions", align: "end" });
  });
  return node;
}

/** The address of an image: its own, or a file of this workspace. @param {any} image @param {Surface} surface */
function imageAddress(image, surface) {
  if (image.slack_file) {
    const last = String(image.slack_file.url ?? "").split("/").filter((part) => /^F[A-Z0-9]{6,}$/.test(part.split("-").at(-1) ?? "")).at(-1);
    return surface.fileUrl(image.slack_file.id ?? last?.split("-").at(-1) ?? "");
  }
  const href = safeUrl(image.image_url ?? image.thumbnail_url ?? "");
  return href?.startsWith("http") ? href : null;
}

/** @param {any} image @param {Surface} surface @param {string} className */
function picture(image, surface, className) {
  const address = imageAddress(image, surface);
  const missing = () => h("span", { class: `${className} picture-missing`, role: "img", "aria-label": image.alt_text ?? "" }, icon("file", 16), h("span", null, image.alt_text || "Image"));
  if (!address) return missing();
  const node = h("img", { class: className, src: address, alt: image.alt_text ?? "", loading: "lazy", decoding: "async" });
  node.addEventListener("error", () => node.replaceWith(missing()), { once: true });
  return node;
}

/**
 * Any element of a section, an actions or an input block.
 * @param {any} element @param {any} block @param {Surface} surface
 * @param {{label?: string, describedBy?: string, isInput?: boolean}} [how]
 */
function renderElement(element, block, surface, how = {}) {
  if (element.type === "button" || element.type === "workflow_button") return button(element, block, surface);
  if (element.type === "overflow") return overflow(element, block, surface);
  if (element.type === "image") return picture(element, surface, "accessory-image");
  if (!Object.hasOwn(INPUTS, element.type)) return unknown(element, "element");
  const draw = INPUTS[element.type];
  const host = h("div", { class: "element", data: { action: element.action_id ?? "" } });
  const label = how.label || wordsOf(element.placeholder) || wordsOf(block.text) || "Choose";
  append(host, draw(element, { surface, block, label, describedBy: how.describedBy, isInput: how.isInput ?? false, press: (value) => press(element, block, surface, host, { value }) }));
  return host;
}

/** @param {any} block @param {Surface} surface */
function section(block, surface) {
  const words = h("div", { class: "section-words" });
  if (block.text) append(words, textNode(block.text, surface));
  if (block.fields) append(words, h("div", { class: "fields" }, block.fields.map((/** @type {any} */ field) => h("div", { class: "field" }, textNode(field, surface)))));
  const accessory = block.accessory && h("div", { class: "accessory" }, renderElement(block.accessory, block, surface));
  return h("div", { class: accessory ? "section with-accessory" : "section" }, words, accessory);
}

/** @param {any} block @param {Surface} surface */
function context(block, surface) {
  const each = (/** @type {any} */ element) => (element.type === "image" ? picture(element, surface, "context-image") : textNode(element, surface));
  return h("div", { class: "context" }, (block.elements ?? []).map(each));
}

/** @param {any} block @param {Surface} surface */
const actions = (block, surface) => h("div", { class: "actions" }, (block.elements ?? []).map((/** @type {any} */ element) => renderElement(element, block, surface)));

/** @param {any} block @param {Surface} surface */
function image(block, surface) {
  return h("figure", { class: "image" }, block.title && h("figcaption", null, wordsOf(block.title)), picture(block, surface, "block-image"));
}

/** @param {any} block @param {Surface} surface */
function input(block, surface) {
  counter += 1;
  const label = wordsOf(block.label);
  const hint = block.hint ? wordsOf(block.hint) : "";
  const id = `input-${counter}`;
  return h(
    "div",
    { class: "input" },
    h("div", { class: "input-label", "aria-hidden": "true" }, label, block.optional && h("span", { class: "optional" }, " (optional)")),
    renderElement(block.element ?? { type: "missing" }, block, surface, { label, describedBy: `${id}-error ${id}-hint`, isInput: true }),
    h("div", { class: "input-error", id: `${id}-error`, role: "alert" }),
    h("div", { class: "input-hint", id: `${id}-hint` }, hint),
  );
}

/** @param {any} block @param {Surface} surface */
function video(block, surface) {
  const title = block.title_url ? link(block.title_url, wordsOf(block.title)) : h("b", null, wordsOf(block.title));
  return h("div", { class: "video" }, h("div", { class: "video-head" }, block.author_name && h("small", null, block.author_name), title), picture(block, surface, "block-image"), block.description && h("p", null, wordsOf(block.description)));
}

/** @param {any} block @param {Surface} surface */
function table(block, surface) {
  const aligns = (block.column_settings ?? []).map((/** @type {any} */ each) => each?.align ?? "left");
  const cell = (/** @type {any} */ content, /** @type {number} */ at, /** @type {boolean} */ head) => {
    const node = h(head ? "th" : "td", head ? { scope: "col" } : null, content?.type === "rich_text" ? richText(content, surface.reader) : String(content?.text ?? ""));
    node.style.textAlign = ["left", "center", "right"].includes(aligns[at]) ? aligns[at] : "left";
    return node;
  };
  const rows = (block.rows ?? []).map((/** @type {any[]} */ row, /** @type {number} */ index) => h("tr", null, row.map((content, at) => cell(content, at, index === 0))));
  return h("div", { class: "table-holder", tabindex: "0", role: "region", "aria-label": "Table" }, h("table", null, h("thead", null, rows.slice(0, 1)), h("tbody", null, rows.slice(1))));
}

/** @type {Record<string, (block: any, surface: Surface) => HTMLElement>} */
const BLOCKS = {
  header: (block) => h("h3", { class: "header" }, wordsOf(block.text)),
  section,
  context,
  actions,
  divider: () => h("hr"),
  image,
  input,
  rich_text: (block, surface) => richText(block, surface.reader),
  markdown: (block, surface) => mrkdwn(block.text ?? "", surface.reader),
  video,
  table,
  file: (block) => h("div", { class: "file-line" }, icon("file"), `Remote file ${block.external_id ?? ""}`),
};
