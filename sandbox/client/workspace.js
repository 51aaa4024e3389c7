// What is common to everybody on the page: people, channels, the app, the clock and the emoji.
import { get } from "./api.js";
import { emojiCharacter, learnEmoji } from "./emoji.js";

/** @typedef {{id: string, name: string, real_name: string, tz: string, is_admin?: boolean, deleted?: boolean}} Person */
/** @typedef {{id: string, name: string, is_private: boolean, topic?: string, members?: string[], app_is_member?: boolean}} Channel */

const COLOURS = ["#2f6f9f", "#7a4fa3", "#b0562c", "#2d7d5a", "#a23b62", "#5a6b1f", "#3f5bb5", "#8a5a12", "#1f7a82", "#96406b"];

export class Workspace extends EventTarget {
  constructor() {
    super();
    this.team = { id: "", name: "Workspace" };
    this.app = /** @type {any} */ ({ name: "App", commands: [], shortcuts: [], connections: 0 });
    /** @type {Person[]} */
    this.people = [];
    /** @type {Channel[]} */
    this.channels = [];
    /** @type {{id: string, handle: string, name: string}[]} */
    this.usergroups = [];
    this.clock = { now: Date.now() / 1000, rate: 1, version: 0 };
    /** Where to open when the address says nothing. */
    this.page = "";
    this.readAt = performance.now();
  }

  async load() {
    const state = await get("workspace");
    this.team = typeof state.team === "string" ? { id: state.team, name: state.team } : state.team;
    this.app = { commands: [], shortcuts: [], ...state.app };
    this.people = state.people;
    this.channels = state.channels;
    this.usergroups = state.usergroups ?? [];
    this.page = state.page ?? "";
    this.setClock(state.clock);
    this.dispatchEvent(new Event("workspace"));
  }

  async loadEmoji() {
    const names = await get("emoji").catch(() => null);
    if (names) learnEmoji(names.emoji ?? names);
  }

  /** @param {any} clock */
  setClock(clock) {
    if (typeof clock?.now !== "number") return;
    this.clock = clock;
    this.readAt = performance.now();
    this.dispatchEvent(new Event("clock"));
  }

  /** Unix seconds on the workspace's clock. */
  now() {
    return this.clock.now + ((performance.now() - this.readAt) / 1000) * (this.clock.rate ?? 1);
  }

  /** @param {string|undefined} id @returns {Person|undefined} */
  person(id) {
    return this.people.find((each) => each.id === id);
  }

  /** @param {string|undefined} id */
  channel(id) {
    return this.channels.find((each) => each.id === id);
  }

  /** @param {string|undefined} id */
  isApp(id) {
    return id !== undefined && (id === this.app.bot_user_id || id === this.app.bot_id || id === this.app.id);
  }

  /** "@crew" for a group of people. @param {string} id @param {string} [label] */
  groupName(id, label) {
    const group = this.usergroups.find((each) => each.id === id);
    return group ? `@${group.handle}` : label || `@${id}`;
  }

  /** A name to show for any user id. @param {string} id */
  nameOf(id) {
    if (this.isApp(id)) return this.app.name;
    const person = this.person(id);
    return person ? person.real_name || person.name : id;
  }

  /** People who can still be written to. */
  get active() {
    return this.people.filter((each) => !each.deleted);
  }
}

/** @param {string} name */
export function initials(name) {
  const words = name.split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? words[0][0] + words[words.length - 1][0] : (words[0] ?? "?").slice(0, 2);
  return letters.toUpperCase();
}

/** The same person always has the same colour. @param {string} id */
export function colourOf(id) {
  let sum = 7;
  for (const letter of id) sum = (sum * 31 + letter.charCodeAt(0)) >>> 0;
  return COLOURS[sum % COLOURS.length];
}

/**
 * A square with initials, or with the app's mark.
 * @param {Workspace} workspace
 * @param {{id: string, name: string, app?: boolean, emoji?: string}} who
 * @param {"small"|"normal"} [size]
 */
export function avatar(workspace, who, size = "normal") {
  const element = document.createElement("span");
  element.className = `avatar avatar-${size}${who.app ? " avatar-app" : ""}`;
  element.setAttribute("aria-hidden", "true");
  const character = who.emoji ? emojiCharacter(who.emoji) : undefined;
  element.textContent = character ?? initials(who.name);
  if (!who.app) element.style.backgroundColor = colourOf(who.id);
  return element;
}
