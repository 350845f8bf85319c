// Draws a card of Parley's: its blocks, buttons and scales. Words go in as text only.

import { el, freshId } from "./dom.js";
import { drawPicture } from "./pictures.js";
import { drawRating } from "./reactions.js";
import { drawTable } from "./tables.js";
import { fullTime, momentText, say } from "./words.js";

const SHORT = 20;

/** The content of a message that is a card. */
export function drawCard(message, context) {
  const { card } = message;
  const content = el("div.card", { "data-kind": card.kind }, ...drawBlocks(card.blocks, message.place === "channel" ? "h2" : "h3", card.kind));
  // What a statement asks of its reader stands right under it.
  if (card.seeds) (content.querySelector(".quote") ?? content.lastElementChild ?? content).after(drawRating(message, context));
  const controls = card.buttons.filter(({ type }) => type === "button");
  for (const scale of card.buttons.filter(({ type }) => type === "scale")) content.append(drawScale(scale, message, context));
  if (controls.length) content.append(el("div.buttons", {}, ...controls.map((button) => drawButton(button, message, context))));
  return content;
}

/** Blocks in order; labels and values that follow each other stand in one list. */
export function drawBlocks(blocks, level = "h3", kind = "") {
  const drawn = [];
  let facts = null;
  for (const block of blocks) {
    if (block.type === "fact" || block.type === "moment") {
      if (!facts) drawn.push((facts = el("dl.facts")));
      const long = block.type === "moment" || block.value.length > SHORT || block.label.length > SHORT;
      facts.append(el(long ? "div.fact.fact-long" : "div.fact", {},
        el("dt", {}, block.label), el("dd", { dir: "auto" }, block.type === "fact" ? block.value : moment(block.at))));
      continue;
    }
    facts = null;
    drawn.push(kind === "export" && block.type === "quote" ? drawTable(block.text) : drawBlock(block, level));
  }
  return drawn;
}

function drawBlock(block, level) {
  switch (block.type) {
    case "text":
      return el(block.heading ? `${level}.card-heading` : "p.text", { dir: "auto" }, ...(block.untrusted ? [block.text] : withCommands(block.text)));
    case "quote":
      return el("blockquote.quote", { dir: "auto" }, block.text);
    case "note":
      return el("p.note", { dir: "auto" }, ...withCommands(block.text));
    case "picture":
      return drawPicture(block);
    default:
      return el("p.text", {}, "");
  }
}

const COMMAND = /(\/consensus(?: [a-z-]+)?)/;

/** A sentence of Parley's own, with the commands in it set apart. */
export function withCommands(text) {
  return text.split(COMMAND).map((part, index) => (index % 2 ? el("code.command", {}, part) : part)).filter(Boolean);
}

function moment(at) {
  const time = el("time", { datetime: new Date(at * 1000).toISOString(), title: fullTime(at), "data-moment": at }, momentText(at));
  return time;
}

// "in 5 minutes" would be wrong five minutes later.
setInterval(() => {
  for (const time of document.querySelectorAll("time[data-moment]")) time.textContent = momentText(Number(time.dataset.moment));
}, 15000);

function drawButton(button, message, context) {
  const style = { primary: ".primary", danger: ".danger" }[button.style] ?? "";
  const node = el(`button.button${style}`, { type: "button", "data-focus": `press-${button.action}-${button.target}` }, button.label);
  node.addEventListener("click", () => press(node, button, "", message, context));
  return node;
}

function drawScale(scale, message, context) {
  const id = freshId("scale");
  const keys = [1, 2, 3, 4, 5, 6, 7].map((value) => {
    const pole = value === 1 ? scale.low : value === 7 ? scale.high : "";
    const node = el("button.key.key-plain", {
      type: "button", "aria-pressed": String(scale.value === value), "aria-label": pole ? `${value}, ${pole}` : String(value),
      "data-focus": `press-${scale.action}-${scale.target}-${value}`,
    }, el("span.key-digit", { "aria-hidden": "true" }, String(value)));
    node.addEventListener("click", () => {
      for (const key of keys) key.setAttribute("aria-pressed", String(key === node));
      press(node, scale, String(value), message, context);
    });
    return node;
  });
  return el("div.scale", { role: "group", "aria-labelledby": id },
    el("p.scale-label", { id }, scale.label),
    el("div.rating", {}, el("span.pole", { "aria-hidden": "true" }, scale.low), el("div.keys", {}, ...keys), el("span.pole.pole-high", { "aria-hidden": "true" }, scale.high)));
}

// Pressing these is answered by a private message, which on a phone stands behind the channel.
const ANSWERED_PRIVATELY = new Set(["join"]);

async function press(node, { action, round, target }, value, message, { actions, timeline }) {
  if (node.getAttribute("aria-busy") === "true") return;
  node.setAttribute("aria-busy", "true");
  await actions.ask({ do: "press", place: message.place, action, round, target, value }, { opener: node });
  node.removeAttribute("aria-busy");
  if (ANSWERED_PRIVATELY.has(action)) timeline.dispatchEvent(new CustomEvent("leads", { detail: "direct" }));
}

/** A rating as seven choices of a form. */
export function ratingChoices(name, value, low, high, required) {
  const choice = (number, label, text) =>
    el("label.choice-key", {}, el("input", { type: "radio", name, value: number, checked: String(value ?? "") === number, "aria-label": label }), el("span", { "aria-hidden": "true" }, text));
  const keys = [1, 2, 3, 4, 5, 6, 7].map((number) => {
    const pole = number === 1 ? `, ${low}` : number === 7 ? `, ${high}` : "";
    return choice(String(number), `${number}${pole}`, String(number));
  });
  return el("div.rating", {}, el("span.pole", { "aria-hidden": "true" }, low), el("div.keys", {}, ...keys), el("span.pole.pole-high", { "aria-hidden": "true" }, high),
    required ? null : el("label.choice-none", {}, el("input", { type: "radio", name, value: "", checked: value === null || value === undefined || value === "" }), el("span", {}, say("no_answer"))));
}
