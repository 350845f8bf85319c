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
  /** about: the id of the message that the sentence quotes, if it quotes one. */
  say(text, about = "") {
    const line = document.createElement("p");
    line.dataset.about = about;
    line.textContent = text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
    this.#node.append(line);
    while (this.#node.childElementCount > MOST) this.#node.firstElementChild.remove();
    setTimeout(() => line.remove(), STAYS);
  }

  /** Takes back what quotes a message that does not say this any more. */
  unsay(about) {
    for (const line of [...this.#node.children]) if (line.dataset.about === about) line.remove();
  }
}
