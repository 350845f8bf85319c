// Reactions: seven keycaps under what is voted on, and a few others under everything.

import { el, iconButton } from "./dom.js";
import { popup } from "./popup.js";
import { say } from "./words.js";

const KEYCAPS = ["1", "2", "3", "4", "5", "6", "7"];
const OTHERS = {
  thumbs_up: "\u{1F44D}", heart: "\u2764\uFE0F", tada: "\u{1F389}", thinking: "\u{1F914}", eyes: "\u{1F440}", thumbs_down: "\u{1F44E}",
};

const isKeycap = (emoji) => KEYCAPS.includes(emoji);
const sign = (emoji) => (isKeycap(emoji) ? emoji : OTHERS[emoji] ?? "\u2754");
const people = (count) => (count === 1 ? say("rate_count_one") : say("rate_count", { count }));

/** The name of a reaction, for those who do not see it. */
function nameOf(emoji) {
  if (!isKeycap(emoji)) return say(emoji in OTHERS ? emoji : "react");
  return say("rate", { value: emoji, meaning: say(`level_${emoji}`) });
}

/** The reactions of a message as toggle buttons, but for the keycaps that its card shows; null when there are none. */
export function drawReactions(message, context) {
  if (message.deleted) return null;
  const chips = message.reactions.filter(({ emoji }) => !(message.card?.seeds && isKeycap(emoji))).map(({ emoji, count, own }) =>
    toggle("button.chip", message, emoji, own, count, context,
      el(isKeycap(emoji) ? "span.chip-key" : "span.chip-sign", { "aria-hidden": "true" }, sign(emoji)), el("span", { "aria-hidden": "true" }, String(count))));
  return chips.length ? el("div.chips", { role: "group", "aria-label": say("reactions") }, ...chips) : null;
}

/** The seven keycaps of a statement that is voted on. */
export function drawRating(message, context) {
  const held = new Map(message.reactions.map((reaction) => [reaction.emoji, reaction]));
  const most = Math.max(1, ...KEYCAPS.map((emoji) => held.get(emoji)?.count ?? 0));
  const keys = KEYCAPS.map((emoji) => {
    const { count = 0, own = false } = held.get(emoji) ?? {};
    const bar = el("span.key-bar", { "aria-hidden": "true", "data-level": count ? Math.ceil((count / most) * 5) : 0 });
    const shown = el("span.key-count", { "aria-hidden": "true" }, count ? String(count) : "");
    return toggle("button.key", message, emoji, own, count, context, el("span.key-digit", { "aria-hidden": "true" }, emoji), shown, bar);
  });
  return el("div.rating", { role: "group", "aria-label": say("rate_group") },
    el("span.pole", { "aria-hidden": "true" }, say("low")), el("div.keys", {}, ...keys), el("span.pole.pole-high", { "aria-hidden": "true" }, say("high")));
}

function toggle(selector, message, emoji, own, count, context, ...children) {
  const label = count ? `${nameOf(emoji)}, ${people(count)}` : nameOf(emoji);
  return el(selector, {
    type: "button", "aria-pressed": String(own), "aria-label": label, title: label, "data-focus": `react-${emoji}`,
    onclick: () => react(message, emoji, !own, context),
  }, ...children);
}

/** A button that opens a row of reactions to choose from. */
export function drawPicker(message, context) {
  const choices = Object.keys(OTHERS).map((emoji) => {
    const own = message.reactions.some((reaction) => reaction.emoji === emoji && reaction.own);
    return el("button.pick", { type: "button", "aria-label": nameOf(emoji), "aria-pressed": String(own), title: nameOf(emoji), onclick: () => react(message, emoji, !own, context) }, sign(emoji));
  });
  return popup(iconButton("smile", say("react"), null, { "data-focus": "picker" }), choices, { label: say("react"), role: "group" });
}

function react(message, emoji, added, { actions, timeline }) {
  timeline.preview(message.id, (shown) => applied(shown, emoji, added));
  actions.ask({ do: "react", message: message.id, emoji, added }, { own: true }).then(({ sentence, reply }) => {
    if (sentence) {
      timeline.restore(message.id);
      timeline.note(sentence);
    } else {
      actions.show(message.place, reply);
    }
  });
}

// What the message will look like: one keycap per person, the last one counts.
function applied(message, emoji, added) {
  const gone = (reaction) => reaction.own && (reaction.emoji === emoji || (added && isKeycap(emoji) && isKeycap(reaction.emoji)));
  const left = message.reactions.map((reaction) => (gone(reaction) ? { ...reaction, own: false, count: reaction.count - 1 } : { ...reaction }));
  if (added) {
    const there = left.find((reaction) => reaction.emoji === emoji);
    if (there) Object.assign(there, { own: true, count: there.count + 1 });
    else left.push({ emoji, count: 1, own: true });
  }
  return { ...message, reactions: left.filter(({ count }) => count > 0) };
}
