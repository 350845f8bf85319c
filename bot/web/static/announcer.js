// Tells screen readers what happened, one sentence after the other, without moving anybody's focus.

const PAUSE = 600;
const LONGEST = 220;

export class Announcer {
  #node;
  #queue = [];
  #busy = false;

  constructor(node) {
    this.#node = node;
  }

  say(text) {
    const short = text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
    this.#queue.push(short);
    if (this.#queue.length > 6) this.#queue.splice(0, this.#queue.length - 6);
    if (!this.#busy) this.#next();
  }

  #next() {
    const text = this.#queue.shift();
    this.#busy = text !== undefined;
    if (!this.#busy) return;
    this.#node.textContent = "";
    setTimeout(() => {
      this.#node.textContent = text;
      setTimeout(() => this.#next(), PAUSE);
    }, 60);
  }
}
