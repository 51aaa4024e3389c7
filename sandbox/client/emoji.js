// Emoji by name: a short list of its own, and Slack's whole one when the server gives it.

/** @type {Record<string, string>} */
const characters = {
  smile: "😄", grinning: "😀", smiley: "😃", grin: "😁", laughing: "😆", joy: "😂", rofl: "🤣", slightly_smiling_face: "🙂", wink: "😉", blush: "😊",
  heart_eyes: "😍", thinking_face: "🤔", neutral_face: "😐", expressionless: "😑", unamused: "😒", disappointed: "😞", worried: "😟", confused: "😕",
  cry: "😢", sob: "😭", angry: "😠", rage: "😡", sweat_smile: "😅", sweat: "😓", scream: "😱", sleeping: "😴", zzz: "💤", relieved: "😌", sunglasses: "😎",
  "+1": "👍", thumbsup: "👍", "-1": "👎", thumbsdown: "👎", ok_hand: "👌", clap: "👏", raised_hands: "🙌", wave: "👋", pray: "🙏", muscle: "💪",
  point_right: "👉", point_left: "👈", point_up: "☝️", point_down: "👇", eyes: "👀", handshake: "🤝", raising_hand: "🙋", writing_hand: "✍️",
  heart: "❤️", yellow_heart: "💛", green_heart: "💚", blue_heart: "💙", broken_heart: "💔", fire: "🔥", tada: "🎉", sparkles: "✨", star: "⭐", star2: "🌟",
  rocket: "🚀", zap: "⚡", boom: "💥", "100": "💯", white_check_mark: "✅", heavy_check_mark: "✔️", ballot_box_with_check: "☑️", x: "❌", no_entry: "⛔",
  no_entry_sign: "🚫", warning: "⚠️", rotating_light: "🚨", exclamation: "❗", heavy_exclamation_mark: "❗", question: "❓", grey_question: "❔",
  bangbang: "‼️", red_circle: "🔴", large_orange_circle: "🟠", large_yellow_circle: "🟡", large_green_circle: "🟢", large_blue_circle: "🔵",
  large_purple_circle: "🟣", white_circle: "⚪", black_circle: "⚫", large_red_square: "🟥", large_green_square: "🟩", small_red_triangle: "🔺",
  bell: "🔔", no_bell: "🔕", loudspeaker: "📢", mega: "📣", ticket: "🎫", admission_tickets: "🎟️", label: "🏷️", memo: "📝", pencil: "📝", pencil2: "✏️",
  clipboard: "📋", calendar: "📆", date: "📅", spiral_calendar_pad: "🗓️", alarm_clock: "⏰", stopwatch: "⏱️", timer_clock: "⏲️", hourglass: "⌛",
  hourglass_flowing_sand: "⏳", clock1: "🕐", clock3: "🕒", clock9: "🕘", watch: "⌚", mag: "🔍", mag_right: "🔎", lock: "🔒", unlock: "🔓", key: "🔑",
  link: "🔗", paperclip: "📎", pushpin: "📌", round_pushpin: "📍", file_folder: "📁", open_file_folder: "📂", page_facing_up: "📄", page_with_curl: "📃",
  bookmark: "🔖", books: "📚", book: "📖", email: "📧", envelope: "✉️", incoming_envelope: "📨", inbox_tray: "📥", outbox_tray: "📤", package: "📦",
  speech_balloon: "💬", thought_balloon: "💭", telephone_receiver: "📞", phone: "☎️", computer: "💻", desktop_computer: "🖥️", keyboard: "⌨️", printer: "🖨️",
  gear: "⚙️", wrench: "🔧", hammer: "🔨", hammer_and_wrench: "🛠️", toolbox: "🧰", bug: "🐛", robot_face: "🤖", bulb: "💡", battery: "🔋", electric_plug: "🔌",
  chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉", bar_chart: "📊", moneybag: "💰", credit_card: "💳", receipt: "🧾", euro: "💶",
  house: "🏠", office: "🏢", hospital: "🏥", airplane: "✈️", car: "🚗", coffee: "☕", pizza: "🍕", cake: "🍰", beer: "🍺", sunny: "☀️", cloud: "☁️",
  umbrella: "☔", snowflake: "❄️", rainbow: "🌈", moon: "🌔", palm_tree: "🌴", seedling: "🌱", dog: "🐶", cat: "🐱", bee: "🐝", ghost: "👻", crown: "👑",
  trophy: "🏆", medal: "🏅", first_place_medal: "🥇", dart: "🎯", gift: "🎁", balloon: "🎈", lifebuoy: "🛟", ring_buoy: "🛟", sos: "🆘", new: "🆕",
  free: "🆓", up: "🆙", ok: "🆗", information_source: "ℹ️", arrow_right: "➡️", arrow_left: "⬅️", arrow_up: "⬆️", arrow_down: "⬇️", arrows_counterclockwise: "🔄",
  repeat: "🔁", leftwards_arrow_with_hook: "↩️", arrow_right_hook: "↪️", fast_forward: "⏩", double_vertical_bar: "⏸️", black_right_pointing_triangle_with_double_vertical_bar: "⏯️",
  busts_in_silhouette: "👥", bust_in_silhouette: "👤", technologist: "🧑‍💻", office_worker: "🧑‍💼", shield: "🛡️", hourglass_done: "⌛", construction: "🚧", wastebasket: "🗑️",
};

/** @type {Map<string, boolean>} */
const drawable = new Map();
/** @type {CanvasRenderingContext2D|null|undefined} */
let canvas;

/** @type {string|undefined} the box that stands for what no font has */
let missing;

/** The pixels of a character. @param {string} character */
function pixels(character) {
  canvas ??= Object.assign(document.createElement("canvas"), { width: 24, height: 24 }).getContext("2d", { willReadFrequently: true });
  if (!canvas) return character;
  canvas.clearRect(0, 0, 24, 24);
  canvas.font = "18px sans-serif";
  canvas.fillText(character, 1, 19);
  return canvas.getImageData(0, 0, 24, 24).data.join();
}

/** Whether this machine has a font for it: a machine without emoji shows their names instead of empty boxes. @param {string} character */
function canDraw(character) {
  let can = drawable.get(character);
  if (can === undefined) {
    missing ??= pixels("\u{10fffd}");
    can = pixels(character) !== missing;
    drawable.set(character, can);
  }
  return can;
}

/** What the small picker offers, most used first. */
export const PICKED = ["+1", "white_check_mark", "eyes", "tada", "heart", "joy", "pray", "ticket", "fire", "thinking_face", "cry", "-1", "wave", "clap", "rocket", "100", "warning", "rotating_light", "question", "x", "bulb", "bug", "zap", "hourglass_flowing_sand"];

/** @param {Record<string, string>} names */
export function learnEmoji(names) {
  for (const [name, character] of Object.entries(names)) if (typeof character === "string") characters[name] = character;
}

/**
 * @param {string} name without colons; a skin tone may follow ("+1::skin-tone-3")
 * @returns {string|undefined}
 */
export function emojiCharacter(name) {
  const [plain, tone] = name.replace(/^:|:$/g, "").split("::");
  if (!Object.hasOwn(characters, plain)) return undefined;
  const level = Number(/^skin-tone-([2-6])$/.exec(tone ?? "")?.[1] ?? 0);
  if (!canDraw(characters[plain])) return undefined;
  return characters[plain] + (level ? String.fromCodePoint(0x1f3f9 + level) : "");
}

/** Names that contain a word, those that begin with it first. @param {string} word @param {number} limit */
export function findEmoji(word, limit) {
  const wanted = word.toLowerCase();
  const names = Object.keys(characters).filter((name) => name.includes(wanted));
  names.sort((a, b) => Number(b.startsWith(wanted)) - Number(a.startsWith(wanted)) || a.length - b.length);
  return names.slice(0, limit * 3).filter((name) => canDraw(characters[name])).slice(0, limit);
}

/** :ticket: becomes its character; an unknown name stays as written. @param {string} text */
export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):/g, (whole, name) => emojiCharacter(name) ?? whole);
}
