// Draws one message: who, when, what, and what one can do with it.

import { drawCard } from "./cards.js";
import { el, icon, iconButton } from "./dom.js";
import { drawPicker, drawReactions } from "./reactions.js";
import { clockTime, fullTime, say } from "./words.js";

/** A round sign for a person, or Parley's own. */
export function avatar(id, name, size = "") {
  if (!id) return el(`img.avatar.avatar-bot${size ? `.avatar-${size}` : ""}`, { src: "/static/parley.svg", alt: "" });
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.codePointAt(0)) % 997;
  const initial = [...(name || "?")][0].toUpperCase();
  return el(`span.avatar.avatar-colour-${sum % 8}${size ? `.avatar-${size}` : ""}`, { "aria-hidden": "true" }, initial);
}

/** What a message says, in one line. */
export function summaryOf(message) {
  return (message.card ? message.card.summary : message.text).replace(/\s+/g, " ").trim();
}

/**
 * One message. `context`: {me, actions, timeline}. `message.state` is "sending", "failing" or "" and
 * `message.whisper` true for what nobody else sees.
 */
export function drawMessage(message, context) {
  const { timeline, actions } = context;
  const bot = !message.author;
  const name = bot ? say("app") : message.name;
  const time = el("time.time", { datetime: new Date(message.at * 1000).toISOString(), title: fullTime(message.at) }, clockTime(message.at));
  const body = el("div.message-body", {},
    el("div.message-head", {},
      el("span.author", {}, name), bot ? el("span.tag.tag-app", {}, say("app_tag")) : null, time,
      message.edited ? el("span.edited", {}, `(${say("edited")})`) : null),
    message.whisper ? el("p.whisper-label", {}, icon("eye"), say("whisper")) : null,
    message.parent ? parentLine(message, timeline) : null,
    content(message, context),
    stateLine(message, context),
    message.whisper ? null : drawReactions(message, context));
  const article = el("article.message", {
    "aria-label": say("message_from", { name, time: clockTime(message.at) }),
    "data-kind": message.card?.kind ?? "text",
  }, avatar(message.author, name), body, tools(message, context));
  if (message.whisper) article.classList.add("whisper");
  if (message.state) article.dataset.state = message.state;
  if (message.whisper) {
    article.append(el("div.tools.tools-always", {}, iconButton("close", say("dismiss"), () => timeline.dismiss(message.id))));
  }
  article.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && article.contains(document.activeElement)) document.activeElement.blur();
  });
  return article;
}

function content(message, context) {
  if (message.card) return drawCard(message, context);
  const parts = [];
  if (message.text) parts.push(el("p.text", { dir: "auto" }, message.text));
  if (message.attachments) parts.push(el("p.attached", {}, icon("clip"), say("attached", { count: message.attachments })));
  return el("div.content", {}, ...parts);
}

function parentLine(message, timeline) {
  const parent = timeline.find(message.parent);
  const text = parent && !parent.deleted ? summaryOf(parent) : say("deleted_parent");
  return el("p.parent", {}, icon("reply"), el("span", { dir: "auto" }, text));
}

function stateLine(message, { actions, timeline }) {
  if (message.state === "sending") return el("p.state", {}, say("sending"));
  if (message.state !== "failing") return null;
  const discard = () => {
    actions.discard(message.delivery);
    timeline.settled({ delivery: message.delivery });
  };
  return el("p.state.state-failing", {}, say("not_sent"), " ",
    el("button.link-button", { type: "button", onclick: () => { timeline.resend(message.delivery); actions.retry(message.delivery); } }, say("retry")), " ",
    el("button.link-button", { type: "button", onclick: discard }, say("discard")));
}

function tools(message, context) {
  const { timeline } = context;
  if (message.whisper || message.state || message.deleted) return null;
  const buttons = [drawPicker(message, context)];
  if (message.place === "direct" && !message.author) {
    buttons.push(iconButton("reply", say("reply"), () => timeline.composer.reply(message)));
  }
  if (message.mine) {
    if (message.text) buttons.push(iconButton("edit", say("edit"), () => timeline.composer.edit(message)));
    buttons.push(iconButton("delete", say("delete"), () => timeline.remove(message)));
  }
  return el("div.tools", {}, ...buttons);
}
