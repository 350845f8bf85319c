// The messages of one place: kept by id, drawn in order, brought up to date by what the server says.

import { confirm } from "./dialogs.js";
import { el } from "./dom.js";
import { drawMessage, summaryOf } from "./message.js";
import { dayKey, dayName, say } from "./words.js";

const TOGETHER = 300;
const NEAR = 80;
const MARGIN = 8;
// Messages that come within so many milliseconds of each other belong together, such as the statements of a vote.
const BURST = 5000;

export class Timeline extends EventTarget {
  composer = null;
  #messages = new Map();
  #nodes = new Map();
  #more = false;
  #unread = 0;
  #local = 0;
  #begun = false;
  #burst = null;
  #held = null;

  constructor({ place, me, channel, actions, announcer, pane, base }) {
    super();
    Object.assign(this, { place, me, channel, actions, announcer, pane, base });
    this.context = { me, actions, timeline: this };
    pane.log.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    pane.jump.addEventListener("click", () => {
      pane.log.focus({ preventScroll: true });
      this.#toEnd({ smoothly: true });
    });
    // Whoever does something looks at what comes of it.
    for (const does of ["pointerdown", "keydown"]) pane.node.addEventListener(does, () => (this.#burst = null));
    document.addEventListener("visibilitychange", () => this.shown());
  }

  find(id) {
    return this.#messages.get(id);
  }

  /** The newest message of the reader's own that can be edited. */
  get lastOwn() {
    return this.#ordered().filter((message) => message.mine && message.text && !message.state && !message.deleted).at(-1);
  }

  /** What the server said: new messages and changed ones. fresh: nothing of before counts. */
  take(messages, { fresh, earlier }) {
    const stay = fresh || this.#follows();
    if (fresh) for (const [id, message] of this.#messages) if (!message.state && !message.whisper) this.#drop(id);
    if (earlier !== null) this.#more = earlier;
    const added = [];
    for (const message of messages) {
      const before = this.#messages.get(message.id);
      if (before && (message.deleted || summaryOf(before) !== summaryOf(message))) this.announcer.unsay(message.id);
      if (message.delivery) this.#drop(`pending-${message.delivery}`);
      if (message.deleted) this.#drop(message.id);
      else this.#put(message);
      if (!before && !message.deleted) added.push(message);
    }
    this.#begun = true;
    this.#arrange();
    if (stay) this.#toNewest(fresh ? [] : added);
    if (!fresh) this.#arrived(added.filter((message) => !message.mine), stay);
  }

  /** A message of the reader's own that the server has not taken yet. */
  pending(action) {
    const id = `pending-${action.delivery}`;
    this.#put({
      id, number: Infinity, place: this.place, at: Date.now() / 1000, author: this.me.id, name: this.me.name, mine: true, text: action.text,
      parent: action.parent ?? "", attachments: action.attachments ?? 0, edited: false, deleted: false, card: null, reactions: [], state: "sending", delivery: action.delivery,
    });
    this.#arrange();
    this.#toEnd();
  }

  settled(action) {
    const id = `pending-${action.delivery}`;
    const pending = this.#messages.get(id);
    const shown = this.#sentAs(action.delivery);
    if (shown?.state) this.#put({ ...shown, state: "" });
    this.#drop(`failing-${action.delivery}`);
    if (pending) setTimeout(() => { this.#drop(id); this.#arrange(); }, action.do ? 5000 : 0);
  }

  failing(action) {
    const shown = this.#messages.get(`pending-${action.delivery}`) ?? this.#sentAs(action.delivery);
    if (shown) this.#put({ ...shown, state: "failing" });
    else this.#putLocal({ id: `failing-${action.delivery}`, card: null, text: "", state: "failing", delivery: action.delivery });
    this.announcer.say(say("not_sent"));
    this.#arrange();
  }

  // The message of an action, once the server has it: it may be kept there and still wait for Parley.
  #sentAs(delivery) {
    return [...this.#messages.values()].find((message) => message.delivery === delivery && !message.id.startsWith("pending-"));
  }

  resend(delivery) {
    this.#drop(`failing-${delivery}`);
    const shown = this.#messages.get(`pending-${delivery}`) ?? this.#sentAs(delivery);
    if (shown) this.#put({ ...shown, state: "sending" });
    this.#arrange();
  }

  /** A card for the reader alone, at the end of the place. */
  whisper(card) {
    this.#putLocal({ card, text: "" });
    this.announcer.say(say("announce", { name: say("whisper"), text: card.summary }));
  }

  /** A sentence for the reader alone. */
  note(sentence) {
    this.#putLocal({ card: null, text: sentence });
    this.announcer.say(sentence);
  }

  dismiss(id) {
    this.#drop(id);
    this.#arrange();
    document.getElementById(`${this.place}-composer`)?.focus();
  }

  /** Show a message as it will be, until the server says how it is. */
  preview(id, change) {
    const message = this.#messages.get(id);
    if (!message) return;
    const shown = change(message);
    this.#put({ ...shown, original: message.original ?? message });
    this.#arrange();
  }

  restore(id) {
    const message = this.#messages.get(id);
    if (message?.original) this.#put(message.original);
    this.#arrange();
  }

  async remove(message) {
    const text = this.place === "direct" ? say("delete_explained") : "";
    if (!(await confirm({ title: say("delete_question"), text, yes: say("delete"), danger: true }))) return;
    this.actions.ask({ do: "delete", message: message.id }, { own: true }).then(({ reply, sentence }) => {
      if (sentence) this.note(sentence);
      else this.actions.show(this.place, reply);
    });
  }

  /** The place came into view: what is at the end counts as read. */
  shown() {
    if (!this.#visible()) return;
    if (this.#wasAtEnd || this.#held !== null) this.#toNewest([]);
    if (this.#atEnd() || this.#held !== null) this.#read();
  }

  #wasAtEnd = true;

  #putLocal(content) {
    this.#local += 1;
    const last = Math.max(0, ...[...this.#messages.values()].map(({ number }) => (Number.isFinite(number) ? number : 0)));
    const id = `whisper-${this.#local}`;
    this.#put({
      id, number: last + this.#local / 100000, place: this.place, at: Date.now() / 1000, author: "", name: "", mine: false, parent: "",
      attachments: 0, edited: false, deleted: false, reactions: [], whisper: true, ...content,
    });
    this.#arrange();
    this.#toNewest([this.#messages.get(id)]);
  }

  #put(message) {
    const before = this.#nodes.get(message.id);
    this.#messages.set(message.id, message);
    // What somebody is choosing from must not vanish under their finger because others react meanwhile.
    if (before?.querySelector(".popup-holder.open")) {
      before.addEventListener("popupclosed", () => this.#nodes.get(message.id) === before && this.#put(this.#messages.get(message.id)), { once: true });
      return;
    }
    const node = el("li.item", { "data-message": message.id }, drawMessage(message, this.context));
    if (before) {
      const focused = before.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
      before.replaceWith(node);
      if (focused) [...node.querySelectorAll("[data-focus]")].find((other) => other.dataset.focus === focused)?.focus();
    }
    this.#nodes.set(message.id, node);
  }

  #drop(id) {
    const node = this.#nodes.get(id);
    if (node?.contains(document.activeElement)) this.pane.log.focus({ preventScroll: true });
    node?.remove();
    this.#nodes.delete(id);
    this.#messages.delete(id);
  }

  #ordered() {
    return [...this.#messages.values()].sort((a, b) => (a.number === b.number ? 0 : a.number - b.number));
  }

  // Puts nodes in order, says where a day begins, and draws what one person says in a row as one.
  #arrange() {
    const list = this.pane.list;
    for (const divider of list.querySelectorAll(".day")) divider.remove();
    let before = null;
    let cursor = list.firstElementChild;
    for (const message of this.#ordered()) {
      const node = this.#nodes.get(message.id);
      if (!before || dayKey(before.at) !== dayKey(message.at)) {
        list.insertBefore(el("li.day", {}, el("span", {}, dayName(message.at))), cursor);
      }
      const follows = before && before.author === message.author && !before.whisper && !message.whisper && message.author
        && message.at - before.at < TOGETHER && dayKey(before.at) === dayKey(message.at);
      node.classList.toggle("follows", Boolean(follows));
      if (node === cursor) cursor = cursor.nextElementSibling;
      else list.insertBefore(node, cursor);
      before = message;
    }
    this.#drawTop();
  }

  #drawTop() {
    const { top } = this.pane;
    if (this.#more) {
      if (!top.querySelector(".earlier")) top.replaceChildren(el("button.button.earlier", { type: "button", onclick: (event) => this.#earlier(event.target) }, say("earlier")));
      return;
    }
    if (!top.querySelector(".begins") && this.#begun) {
      top.replaceChildren(el("div.begins", {}, ...(this.place === "channel" ? this.#welcome() : [el("p", {}, say("beginning_direct"))])));
    }
  }

  #welcome() {
    const ask = (event) => this.actions.ask({ do: "command", place: this.place, word: "ask", rest: "" }, { opener: event.currentTarget });
    return [
      el("p", {}, say("beginning", { channel: this.channel.title })),
      el("ol.begins-steps", {}, ...[say("step_ask"), say("step_answer"), say("step_rate")].map((step) => el("li", {}, step))),
      el("button.button.primary", { type: "button", onclick: ask }, say("ask_question")),
    ];
  }

  async #earlier(button) {
    const first = this.#ordered().find(({ number }) => Number.isInteger(number));
    button.disabled = true;
    const answer = await fetch(`${this.base}/earlier?place=${this.place}&before=${first?.number ?? 0}`).catch(() => null);
    button.disabled = false;
    if (!answer?.ok) return;
    const { messages, more } = await answer.json();
    const { log } = this.pane;
    const height = log.scrollHeight - log.scrollTop;
    this.#more = more;
    for (const message of messages) if (!this.#messages.has(message.id)) this.#put(message);
    this.#arrange();
    log.scrollTop = log.scrollHeight - height;
    if (!more) log.focus({ preventScroll: true });
  }

  #arrived(messages, stay) {
    for (const message of messages) {
      this.announcer.say(say("announce", { name: message.author ? message.name : say("app"), text: summaryOf(message) }), message.id);
    }
    const { log } = this.pane;
    const below = ({ id }) => this.#nodes.get(id).offsetTop - log.offsetTop > log.scrollTop + log.clientHeight - NEAR;
    const unseen = stay && this.#visible() ? messages.filter(below) : messages;
    if (!unseen.length) return;
    this.#unread += unseen.length;
    this.#tellUnread();
  }

  #visible() {
    return document.visibilityState === "visible" && this.pane.node.offsetParent !== null;
  }

  #atEnd() {
    const { log } = this.pane;
    return this.pane.node.offsetParent === null ? this.#wasAtEnd : log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
  }

  /** The reader is at the end, or at the beginning of what comes just now, where it was put before them. */
  #follows() {
    this.#letGo();
    return this.#atEnd() || (this.#held !== null && this.#bursting());
  }

  // Whoever scrolls away from where they were put reads there. Also asked before what comes in is placed: the browser
  // tells of scrolling only with its next frame.
  #letGo() {
    if (this.#held === null || this.pane.node.offsetParent === null || Math.abs(this.pane.log.scrollTop - this.#held) <= 2) return;
    this.#held = null;
    this.#burst = null;
  }

  #bursting() {
    return this.#burst !== null && Date.now() - this.#burst.at < BURST;
  }

  #toEnd({ smoothly = false } = {}) {
    const { log } = this.pane;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#burst = null;
    this.#held = null;
    log.scrollTo({ top: log.scrollHeight, behavior: smoothly && !calm ? "smooth" : "instant" });
    this.#wasAtEnd = true;
  }

  /** To the end; when what is new is higher than the pane, to its beginning, where reading it starts. */
  #toNewest(added) {
    const { log } = this.pane;
    const hidden = this.pane.node.offsetParent === null;
    const first = added.find((message) => !message.mine);
    if (first && !(this.#burst && (this.#unread || this.#bursting()))) this.#burst = { id: first.id, at: Date.now() };
    const node = this.#nodes.get(this.#burst?.id ?? this.#ordered().at(-1)?.id);
    const end = log.scrollHeight - log.clientHeight;
    const top = node ? node.offsetTop - log.offsetTop - MARGIN : end;
    if (hidden || top >= end) {
      const burst = this.#burst;
      this.#toEnd();
      this.#burst = burst;
      return;
    }
    log.scrollTo({ top, behavior: "instant" });
    this.#held = log.scrollTop;
    this.#wasAtEnd = this.#atEnd();
    this.pane.jump.hidden = this.#wasAtEnd;
  }

  #scrolled() {
    if (this.pane.node.offsetParent === null) return;
    this.#letGo();
    this.#wasAtEnd = this.#atEnd();
    this.pane.jump.hidden = this.#wasAtEnd;
    if (this.#wasAtEnd) this.#read();
  }

  #read() {
    if (!this.#unread || !this.#visible()) return;
    this.#unread = 0;
    this.#tellUnread();
  }

  #tellUnread() {
    this.dispatchEvent(new CustomEvent("unread", { detail: this.#unread }));
  }
}
