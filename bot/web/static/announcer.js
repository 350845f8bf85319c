// Tells screen readers what happened, one sentence after the other, without moving anybody's focus.

const STAYS = 20000;
const LONGEST = 220;
const MOST = 6;

export class Announcer {
  #node;

  constructor(node) {
    this.#node = node;
  }

  // Each sentence is an element of its own: one that took the place of the one before could cut it off unread.
  say(text) {
    const line = document.createElement("p");
    line.textContent = text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
    this.#node.append(line);
    while (this.#node.childElementCount > MOST) this.#node.firstElementChild.remove();
    setTimeout(() => line.remove(), STAYS);
  }
}
