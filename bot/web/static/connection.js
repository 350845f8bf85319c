// One WebSocket: what changed comes in, actions go out until they are acknowledged.
//
// An action is kept, in memory and in this tab's storage, until the server says that it was committed; it is
// sent again under the same delivery id after every reconnection, and the server carries it out once.

import { zone } from "./words.js";

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15000;
const SILENCE = 50000;
const FAILURES = 5;
const LEFT = 4001;

export class Connection extends EventTarget {
  #url;
  #key;
  #socket = null;
  #waiting = [];
  #tries = 0;
  #timer = 0;
  #silence = 0;
  #seen = 0;
  #epoch = "";
  #open = false;
  #stopped = false;

  constructor(slug, member) {
    super();
    const url = new URL(`/c/${encodeURIComponent(slug)}/socket`, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    this.#url = url;
    this.#key = `parley.waiting.${slug}.${member}`;
    this.#waiting = this.#recall();
    addEventListener("online", () => this.#retryNow());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#retryNow());
    addEventListener("pagehide", () => this.#socket?.close());
    addEventListener("pageshow", (event) => event.persisted && this.#retryNow());
  }

  /** Actions that are not acknowledged yet: [{delivery, do, ...}], in the order they were made. */
  get waiting() {
    return this.#waiting.map(({ action }) => action);
  }

  /** Connect, and stay connected. */
  start() {
    this.#status(this.#tries ? "reconnecting" : "connecting");
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#hear();
    socket.onopen = () => {
      socket.send(JSON.stringify({ seen: this.#seen, epoch: this.#epoch, zone, locale: navigator.language || "en" }));
    };
    socket.onmessage = (event) => socket === this.#socket && this.#take(JSON.parse(event.data));
    socket.onclose = (event) => socket === this.#socket && this.#lost(event.code);
  }

  /** Ask for an action; gives its delivery id. Events "acknowledged", "refused" or "failing" say what became of it. */
  send(action) {
    const delivery = crypto.randomUUID ? crypto.randomUUID() : randomId();
    const entry = { action: { delivery, ...action }, sent: false, failures: 0, halted: false };
    this.#waiting.push(entry);
    this.#remember();
    this.#flush();
    return delivery;
  }

  /** Send a failing action again. */
  retry(delivery) {
    for (const entry of this.#waiting) {
      if (entry.action.delivery === delivery) Object.assign(entry, { halted: false, failures: 0, sent: false });
    }
    this.#flush();
    this.#retryNow();
  }

  /** Give an action up. */
  discard(delivery) {
    this.#waiting = this.#waiting.filter((entry) => entry.action.delivery !== delivery);
    this.#remember();
    this.#flush();
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  #take(frame) {
    this.#hear();
    if (frame.type === "welcome") {
      this.#open = true;
      this.#tries = 0;
      this.#epoch = frame.epoch;
      for (const entry of this.#waiting) entry.sent = false;
      this.#status("connected");
    }
    if (frame.seen !== undefined) this.#seen = frame.seen;
    if (frame.type === "welcome" || frame.type === "changes") this.#tell(frame.type, frame);
    if (frame.type === "ack") this.#settle("acknowledged", frame);
    if (frame.type === "refused") this.#settle("refused", frame);
    if (frame.type === "again") this.#again(frame);
    if (frame.type === "welcome") this.#flush();
  }

  #settle(type, frame) {
    const entry = this.#waiting.find(({ action }) => action.delivery === frame.delivery);
    if (!entry) return;
    this.#waiting = this.#waiting.filter((other) => other !== entry);
    this.#remember();
    this.#tell(type, { ...frame, action: entry.action });
    this.#flush();
  }

  #again(frame) {
    const entry = this.#waiting.find(({ action }) => action.delivery === frame.delivery);
    if (!entry) return;
    this.#fail(entry);
    setTimeout(() => {
      entry.sent = false;
      this.#flush();
    }, frame.after * 1000 * (0.5 + Math.random()));
  }

  #fail(entry) {
    entry.failures += 1;
    if (entry.failures < FAILURES) return;
    entry.halted = true;
    this.#tell("failing", { action: entry.action });
  }

  // One at a time, so that a person's actions arrive in the order in which they were made.
  #flush() {
    if (!this.#open) return;
    const next = this.#waiting.find((entry) => !entry.halted);
    if (!next || next.sent) return;
    next.sent = true;
    this.#socket.send(JSON.stringify(next.action));
  }

  #lost(code) {
    const busy = this.#waiting.find((entry) => entry.sent && !entry.halted);
    // The server ends a connection itself only when it could not carry an action out.
    if (busy && this.#open && code === 1011) this.#fail(busy);
    this.#open = false;
    clearTimeout(this.#silence);
    if (this.#stopped) return;
    if (code === LEFT) {
      this.#tell("left", {});
      return;
    }
    this.#tries += 1;
    const ceiling = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(this.#tries, 10));
    this.#status("reconnecting");
    this.#timer = setTimeout(() => this.start(), ceiling * (0.3 + 0.7 * Math.random()));
    if (this.#tries === 3) this.#tell("checking", {});
  }

  #retryNow() {
    if (this.#stopped || this.#open || !this.#tries || this.#socket?.readyState === WebSocket.CONNECTING) return;
    clearTimeout(this.#timer);
    this.start();
  }

  // The server speaks every twenty seconds; longer silence means that the connection died unnoticed.
  #hear() {
    clearTimeout(this.#silence);
    const socket = this.#socket;
    this.#silence = setTimeout(() => {
      if (socket !== this.#socket) return;
      socket.onclose = null;
      socket.close();
      this.#lost(0);
    }, SILENCE);
  }

  #status(state) {
    this.#tell("status", { state });
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #remember() {
    try {
      sessionStorage.setItem(this.#key, JSON.stringify(this.waiting));
    } catch {
      // Without storage an action survives a lost connection, but not a closed tab.
    }
  }

  #recall() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.#key) ?? "[]");
      return kept.map((action) => ({ action, sent: false, failures: 0, halted: false }));
    } catch {
      return [];
    }
  }
}

function randomId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
