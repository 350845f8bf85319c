// The slash command: what was typed as the words it means, and the list of what could be meant.

import { el } from "./dom.js";
import { say } from "./words.js";

const NAME = "/consensus";

/** null for ordinary text, {word, rest} for the command, {unknown} for another one. */
export function parseCommand(text) {
  const match = /^\s*(\/\S*)(?:\s+(\S+))?(?:\s+([\s\S]*))?$/.exec(text);
  if (!match) return null;
  const [, name, word = "", rest = ""] = match;
  if (name.toLowerCase() !== NAME) return { unknown: name };
  return { word, rest: rest.trim() };
}

export class Completion {
  #input;
  #commands;
  #shown = [];
  #active = 0;
  #dismissed = "";

  constructor(input, commands) {
    this.#input = input;
    this.#commands = commands;
    this.id = `${input.id}-list`;
    this.list = el("ul.suggestions", { id: this.id, role: "listbox", tabindex: 0, "aria-label": say("suggestions"), onpointerdown: (event) => event.preventDefault() });
    this.count = el("p.visually-hidden", { role: "status" });
    this.node = el("div.completion", {}, this.list, this.count);
    this.list.hidden = true;
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-haspopup", "listbox");
    input.addEventListener("blur", () => this.#close());
  }

  /** Show what fits to what is typed. */
  look() {
    const typed = this.#input.value.toLowerCase();
    const fits = typed.startsWith("/") && typed !== this.#dismissed && !typed.includes("\n") && document.activeElement === this.#input
      ? this.#commands.filter(({ word }) => `${NAME} ${word}`.startsWith(typed) || `/${word}`.startsWith(typed))
      : [];
    const exact = fits.length === 1 && typed === `${NAME} ${fits[0].word}`;
    if (!fits.length || exact) return this.#close();
    this.#shown = fits;
    this.#active = 0;
    this.list.replaceChildren(...fits.map((command, index) => this.#option(command, index)));
    this.list.hidden = false;
    this.count.textContent = say("suggestion_count", { count: fits.length });
    this.#input.setAttribute("aria-controls", this.id);
    this.#mark();
  }

  /** True when a key was meant for the list. */
  key(event) {
    if (this.list.hidden) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      this.#active = (this.#active + step + this.#shown.length) % this.#shown.length;
      this.#mark();
    } else if (event.key === "Enter" || event.key === "Tab") {
      if (event.shiftKey) return false;
      this.#choose(this.#shown[this.#active]);
    } else if (event.key === "Escape") {
      this.#dismissed = this.#input.value.toLowerCase();
      this.#close();
    } else return false;
    event.preventDefault();
    return true;
  }

  #option(command, index) {
    const { word, argument, about } = command;
    return el("li.suggestion", {
      id: `${this.id}-${index}`, role: "option", "aria-selected": "false",
      // Before the blur that a press would cause.
      onpointerdown: (event) => { event.preventDefault(); this.#choose(command); },
    }, el("span.suggestion-name", {}, `${NAME} ${word}`, argument ? el("span.suggestion-argument", {}, ` ${argument}`) : null), el("span.suggestion-about", {}, about));
  }

  #choose({ word, argument }) {
    this.#input.value = `${NAME} ${word}${argument ? " " : ""}`;
    this.#dismissed = this.#input.value;
    this.#input.focus();
    this.#input.dispatchEvent(new Event("input"));
    this.#close();
  }

  #mark() {
    [...this.list.children].forEach((option, index) => {
      option.setAttribute("aria-selected", String(index === this.#active));
      if (index === this.#active) option.scrollIntoView({ block: "nearest" });
    });
    this.#input.setAttribute("aria-activedescendant", `${this.id}-${this.#active}`);
  }

  #close() {
    this.list.hidden = true;
    this.count.textContent = "";
    this.#input.removeAttribute("aria-activedescendant");
    this.#input.removeAttribute("aria-controls");
  }
}
