// Instants in a person's own time zone, in Slack's words.

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/**
 * @param {string} zone
 * @param {Intl.DateTimeFormatOptions} options
 */
function format(zone, options) {
  const key = zone + JSON.stringify(options);
  let found = formats.get(key);
  if (!found) {
    try {
      found = new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options });
    } catch {
      found = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options });
    }
    formats.set(key, found);
  }
  return found;
}

/**
 * The parts of an instant as a wall clock shows them.
 * @param {number} seconds unix
 * @param {string} zone
 * @returns {Record<string, string>}
 */
function parts(seconds, zone) {
  const options = /** @type {const} */ ({
    weekday: "long", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
  });
  return Object.fromEntries(format(zone, options).formatToParts(seconds * 1000).map((part) => [part.type, part.value]));
}

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/** 14:20 @param {number} seconds @param {string} zone */
export function clockTime(seconds, zone) {
  const wall = parts(seconds, zone);
  return `${wall.hour}:${wall.minute}`;
}

/** 2026-11-23 @param {number} seconds @param {string} zone */
export function dateNumber(seconds, zone) {
  const wall = parts(seconds, zone);
  return `${wall.year}-${wall.month}-${wall.day}`;
}

/** Mon 23 Nov @param {number} seconds @param {string} zone */
export function shortDay(seconds, zone) {
  const wall = parts(seconds, zone);
  return `${wall.weekday.slice(0, 3)} ${Number(wall.day)} ${MONTHS[Number(wall.month) - 1].slice(0, 3)}`;
}

/** @param {number} day */
function ordinal(day) {
  const tail = day % 100 > 10 && day % 100 < 14 ? "th" : (["th", "st", "nd", "rd"][day % 10] ?? "th");
  return `${day}${tail}`;
}

/**
 * "today", "yesterday", "tomorrow", or null.
 * @param {number} seconds @param {string} zone @param {number} now
 */
function nearDay(seconds, zone, now) {
  const days = (/** @type {number} */ at) => Date.parse(dateNumber(at, zone)) / 86_400_000;
  const away = days(seconds) - days(now);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[String(away)] ?? null;
}

/** @param {number} seconds @param {number} now */
function ago(seconds, now) {
  const away = Math.round(now - seconds);
  const size = Math.abs(away);
  const [count, unit] = size < 60 ? [size, "second"] : size < 3600 ? [Math.floor(size / 60), "minute"] : size < 86_400 ? [Math.floor(size / 3600), "hour"] : [Math.floor(size / 86_400), "day"];
  const words = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return away >= 0 ? `${words} ago` : `in ${words}`;
}

/**
 * Slack's date tokens (docs.slack.dev, "Formatting message text", dates).
 * An unknown token makes Slack show the fallback: null is answered then.
 * @param {string} pattern such as "{date_short_pretty} at {time}"
 * @param {number} seconds unix
 * @param {string} zone the reader's
 * @param {number} now unix, on the workspace's clock
 * @returns {string|null}
 */
export function formatDate(pattern, seconds, zone, now) {
  if (!Number.isFinite(seconds) || Math.abs(seconds) > 8.64e12) return null;
  const wall = parts(seconds, zone);
  const month = MONTHS[Number(wall.month) - 1];
  const day = Number(wall.day);
  const near = nearDay(seconds, zone, now);
  /** @type {Record<string, string>} */
  const words = {
    date_num: `${wall.year}-${wall.month}-${wall.day}`,
    date_slash: `${wall.month}/${wall.day}/${wall.year}`,
    date: `${month} ${ordinal(day)}, ${wall.year}`,
    date_short: `${month.slice(0, 3)} ${day}, ${wall.year}`,
    date_long: `${wall.weekday}, ${month} ${ordinal(day)}, ${wall.year}`,
    date_long_full: `${wall.weekday}, ${month} ${day}, ${wall.year}`,
    time: `${wall.hour}:${wall.minute}`,
    time_secs: `${wall.hour}:${wall.minute}:${wall.second}`,
    ago: ago(seconds, now),
  };
  words.date_pretty = near ?? words.date;
  words.date_short_pretty = near ?? words.date_short;
  words.date_long_pretty = near ?? words.date_long;
  words.day_divider_pretty = near ?? `${wall.weekday}, ${month} ${ordinal(day)}`;
  let known = true;
  const text = pattern.replace(/\{(\w+)\}/g, (whole, token, at) => {
    if (!(token in words)) {
      known = false;
      return whole;
    }
    const word = words[token];
    return at === 0 ? word[0].toUpperCase() + word.slice(1) : word;
  });
  return known ? text : null;
}

/** The divider above a day's messages. @param {number} seconds @param {string} zone @param {number} now */
export const dayTitle = (seconds, zone, now) => formatDate("{day_divider_pretty}", seconds, zone, now) ?? "";

/**
 * The instant at which a zone's wall clock shows a date and time.
 * @param {string} date 2026-11-23
 * @param {string} time 09:00
 * @param {string} zone
 * @returns {number} unix seconds
 */
export function instantOf(date, time, zone) {
  const wanted = Date.parse(`${date}T${time}:00Z`) / 1000;
  let guess = wanted;
  for (let round = 0; round < 3; round += 1) {
    const shown = Date.parse(`${dateNumber(guess, zone)}T${clockTime(guess, zone)}:00Z`) / 1000;
    guess += wanted - shown;
  }
  return guess;
}

/** Seconds until the next 9:00 of that zone. @param {number} now @param {string} zone */
export function untilMorning(now, zone) {
  for (const days of [0, 1, 2]) {
    const nine = instantOf(dateNumber(now + days * 86_400, zone), "09:00", zone);
    if (nine > now + 1) return nine - now;
  }
  return 86_400;
}
