// The box where one writes: messages, commands, edits of one's own messages, and replies under a card.

import { Completion, parseCommand } from "./commands.js";
import { el, icon, iconButton } from "./dom.js";
import { summaryOf } from "./message.js";
import { say } from "./words.js";

export class Composer {
  #place;
  #limit;
  #actions;
  #timeline;
  #mode = { kind: "write" };
  #draft = "";
  #attachments = 0;

  constructor({ place, channel, commands, limit, actions, timeline }) {
    this.#place = place;
    this.#limit = limit;
    this.#actions = actions;
    this.#timeline = timeline;
    const id = `${place}-composer`;
    const label = place === "channel" ? say("composer_channel", { channel: channel.title }) : say("composer_direct");
    this.input = el("textarea.composer-input", { id, rows: 1, placeholder: label, "aria-label": label, "aria-describedby": `${id}-hint`, autocomplete: "off" });
    this.banner = el("div.composer-banner", { hidden: true });
    this.problem = el("p.composer-problem", { role: "alert", hidden: true });
    this.file = el("input", { type: "file", multiple: true, hidden: true, tabindex: -1, "aria-hidden": "true" });
    this.completion = new Completion(this.input, commands);
    const sendButton = el("button.send", { type: "submit", "aria-label": say("send"), title: say("send") }, icon("send"));
    const slash = iconButton("slash", say("suggestions"), () => this.#begin("/consensus "));
    this.node = el("form.composer", { onsubmit: (event) => { event.preventDefault(); this.#submit(); } },
      this.completion.node, this.banner, this.problem,
      el("div.composer-box", {}, this.input,
        el("div.composer-actions", {},
          slash, place === "direct" ? iconButton("clip", say("attach"), () => this.file.click()) : null, this.file, el("span.composer-space"), sendButton)),
      el("p.composer-hint", { id: `${id}-hint` }, say("composer_hint")));
    this.file.addEventListener("change", () => this.#attach(this.file.files.length));
    this.input.addEventListener("input", () => this.#changed());
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.#draftKey = `parley.draft.${location.pathname}.${place}`;
    this.input.value = this.#recall();
    this.#changed();
  }

  #draftKey = "";

  /** Write under a card of Parley's. */
  reply(message) {
    this.#leaveEdit();
    this.#mode = { kind: "reply", message };
    this.#banner(say("replying", { text: summaryOf(message) }));
    this.input.focus();
  }

  /** Change a message of one's own. */
  edit(message) {
    if (this.#mode.kind !== "edit") this.#draft = this.input.value;
    this.#mode = { kind: "edit", message };
    this.#set(message.text);
    this.#banner(say("editing"));
    this.input.focus();
    this.input.setSelectionRange(message.text.length, message.text.length);
  }

  #submit() {
    const text = this.input.value;
    const { kind, message } = this.#mode;
    if (text.length > this.#limit) return this.#complain(say("too_long", { count: text.length, limit: this.#limit }));
    if (!text.trim() && !this.#attachments) return this.#complain(say("empty"));
    if (kind === "edit") {
      if (text !== message.text) this.#edited(message, text);
      return this.#cancel();
    }
    const command = this.#attachments ? null : parseCommand(text);
    if (command?.unknown) return this.#complain(say("unknown_command", { command: command.unknown }));
    if (command) this.#actions.ask({ do: "command", place: this.#place, ...command }, { opener: this.input });
    else {
      const action = { do: "say", place: this.#place, text, parent: kind === "reply" ? message.id : "", attachments: this.#attachments };
      this.#actions.ask(action, { onDelivery: (sent) => this.#timeline.pending(sent) });
    }
    this.#set("");
    this.#attachments = 0;
    this.#cancel();
  }

  #edited(message, text) {
    this.#timeline.preview(message.id, (shown) => ({ ...shown, text }));
    this.#actions.ask({ do: "edit", message: message.id, text }, { own: true }).then(({ reply, sentence }) => {
      if (sentence) {
        this.#timeline.restore(message.id);
        this.#timeline.note(sentence);
      } else this.#actions.show(this.#place, reply);
    });
  }

  #key(event) {
    if (event.isComposing || this.completion.key(event)) return;
    // On a phone Enter starts a new line, as in every chat there; a command is one line.
    const sends = !matchMedia("(pointer: coarse)").matches || this.input.value.startsWith("/");
    if (event.key === "Enter" && !event.shiftKey && sends) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "Escape" && this.#mode.kind !== "write") {
      this.#cancel();
    } else if (event.key === "ArrowUp" && !this.input.value && this.#mode.kind === "write") {
      const last = this.#timeline.lastOwn;
      if (!last) return;
      event.preventDefault();
      this.edit(last);
    }
  }

  #attach(count) {
    this.file.value = "";
    if (!count) return;
    this.#leaveEdit();
    this.#attachments += count;
    this.#banner(say("attached", { count: this.#attachments }));
    this.input.focus();
  }

  #begin(text) {
    if (!this.input.value.startsWith("/")) this.#set(text + this.input.value);
    this.input.focus();
    this.completion.look();
  }

  #changed() {
    const { input } = this;
    if (!input.offsetParent) input.style.height = "";
    else input.style.height = "auto";
    if (input.offsetParent) input.style.height = `${Math.min(input.scrollHeight, 220)}px`;
    this.problem.hidden = true;
    this.completion.look();
    if (this.#mode.kind !== "edit") this.#keep(input.value);
  }

  #set(text) {
    this.input.value = text;
    this.#changed();
  }

  #cancel() {
    const restore = this.#leaveEdit();
    this.#mode = { kind: "write" };
    this.#attachments = 0;
    this.banner.hidden = true;
    if (restore) this.input.focus();
  }

  #leaveEdit() {
    if (this.#mode.kind !== "edit") return false;
    this.#mode = { kind: "write" };
    this.#set(this.#draft);
    return true;
  }

  #banner(text) {
    this.banner.replaceChildren(el("span.banner-text", { dir: "auto" }, text), iconButton("close", say("cancel"), () => { this.#cancel(); this.input.focus(); }));
    this.banner.hidden = false;
    this.problem.hidden = true;
  }

  #complain(sentence) {
    this.problem.textContent = sentence;
    this.problem.hidden = false;
    this.input.focus();
  }

  #keep(text) {
    try {
      sessionStorage.setItem(this.#draftKey, text);
    } catch {
      // A draft is then lost with the tab.
    }
  }

  #recall() {
    try {
      return sessionStorage.getItem(this.#draftKey) ?? "";
    } catch {
      return "";
    }
  }
}
