// The words of the page, as the server gave them, and times in the reader's own zone.

let strings = {};

/** Take the words in before anything is drawn. */
export function learn(given) {
  strings = given;
}

/** A sentence by name, with {placeholders} filled in. */
export function say(name, values = {}) {
  const text = strings[name] ?? name;
  return text.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? String(values[key]) : whole));
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const dayAndYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
const moment = new Intl.DateTimeFormat(undefined, {
  weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit", timeZoneName: "short",
});
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

export const clockTime = (at) => clock.format(at * 1000);
export const fullTime = (at) => full.format(at * 1000);

/** The key of the reader's day that a time falls on. */
export function dayKey(at) {
  const date = new Date(at * 1000);
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}

/** "Today", "Yesterday" or the date. */
export function dayName(at) {
  const now = Date.now() / 1000;
  if (dayKey(at) === dayKey(now)) return say("today");
  if (dayKey(at) === dayKey(now - 86400)) return say("yesterday");
  const sameYear = new Date(at * 1000).getFullYear() === new Date().getFullYear();
  return (sameYear ? day : dayAndYear).format(at * 1000);
}

/** A time in the reader's zone, and how far away it is. */
export function momentText(at) {
  return `${moment.format(at * 1000)} (${distance(at - Date.now() / 1000)})`;
}

function distance(seconds) {
  const size = Math.abs(seconds);
  if (size < 90) return relative.format(Math.round(seconds), "second");
  if (size < 5400) return relative.format(Math.round(seconds / 60), "minute");
  if (size < 129600) return relative.format(Math.round(seconds / 3600), "hour");
  return relative.format(Math.round(seconds / 86400), "day");
}
