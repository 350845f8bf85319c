// Asks for actions and shows what they were answered with, wherever they were made.

export class Actions {
  onWhisper = () => {};
  onSentence = () => {};
  onForm = () => {};
  onSettled = () => {};
  #connection;
  #asked = new Map();

  constructor(connection) {
    this.#connection = connection;
    connection.addEventListener("acknowledged", ({ detail }) => this.#answered(detail));
    connection.addEventListener("refused", ({ detail }) => this.#refused(detail));
  }

  /**
   * Ask for an action; resolves once it is committed or refused, with {reply} or {sentence}.
   * opener: the element to come back to from a form. own: the caller shows the answer itself.
   */
  ask(action, { opener = null, own = false, onDelivery = null } = {}) {
    return new Promise((resolve) => {
      const delivery = this.#connection.send(action);
      this.#asked.set(delivery, { resolve, opener, own });
      onDelivery?.({ ...action, delivery });
    });
  }

  retry(delivery) {
    this.#connection.retry(delivery);
  }

  discard(delivery) {
    this.#connection.discard(delivery);
    this.#asked.delete(delivery);
  }

  #answered({ delivery, reply, action }) {
    const { resolve, opener, own } = this.#take(delivery);
    this.onSettled({ ...action, delivery });
    if (!own) this.show(action.place ?? "channel", reply, opener);
    resolve?.({ reply });
  }

  #refused({ delivery, sentence, action }) {
    const { resolve, own } = this.#take(delivery);
    this.onSettled({ ...action, delivery });
    if (!own) this.onSentence(action.place ?? "channel", sentence);
    resolve?.({ sentence });
  }

  /** Show a reply in the place where its action was made. */
  show(place, reply, opener = null) {
    if (reply.type === "whisper") this.onWhisper(place, reply.card);
    if (reply.type === "form") this.onForm(place, reply.form, opener);
  }

  #take(delivery) {
    const asked = this.#asked.get(delivery) ?? {};
    this.#asked.delete(delivery);
    return asked;
  }
}
