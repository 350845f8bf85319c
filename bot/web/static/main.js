// Starts the page: learns who reads it, draws the frame, and joins the connection to what is drawn.

import { Actions } from "./actions.js";
import { Announcer } from "./announcer.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { confirm } from "./dialogs.js";
import { FormDialogs } from "./forms.js";
import { drawFrame } from "./frame.js";
import { Timeline } from "./timeline.js";
import { learn, say } from "./words.js";

const slug = document.body.dataset.channel;
const base = `/c/${encodeURIComponent(slug)}`;

/** The session of this browser; leaves for the page where a seat is taken when there is none. */
async function session() {
  for (let wait = 500; ; wait = Math.min(wait * 2, 8000)) {
    try {
      const answer = await fetch(`${base}/session`, { credentials: "same-origin" });
      if (answer.ok) return await answer.json();
      if (answer.status === 401 || answer.status === 404) {
        location.replace(`${base}/join`);
        return new Promise(() => {});
      }
    } catch {
      // The server is restarting or the network is gone: ask again.
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

async function start() {
  const { me, channel, strings, commands, text_limit: limit } = await session();
  learn(strings);
  const connection = new Connection(slug, me.id);
  const frame = drawFrame({ me, channel });
  const announcer = new Announcer(frame.announcements);
  const actions = new Actions(connection);
  const forms = new FormDialogs(actions, announcer);

  const timelines = {};
  const composers = {};
  for (const place of ["channel", "direct"]) {
    timelines[place] = new Timeline({ place, me, channel, actions, announcer, pane: frame.panes[place], base });
    composers[place] = new Composer({ place, channel, commands, limit, actions, timeline: timelines[place] });
    frame.panes[place].composerSlot.replaceWith(composers[place].node);
    timelines[place].composer = composers[place];
    timelines[place].addEventListener("unread", ({ detail }) => frame.unread(place, detail));
  }
  frame.onView((place) => timelines[place].shown());
  timelines.channel.addEventListener("leads", ({ detail }) => frame.reveal(detail));

  actions.onWhisper = (place, card) => timelines[place].whisper(card);
  actions.onSentence = (place, sentence) => timelines[place].note(sentence);
  actions.onForm = (place, form, opener) => forms.open(form, place, opener);
  actions.onSettled = (action) => (timelines[action.place] ?? timelines.channel).settled(action);

  const take = (messages, fresh, earlier = null) => {
    for (const [place, timeline] of Object.entries(timelines)) {
      const mine = messages.filter((message) => message.place === place);
      timeline.take(mine, { fresh, earlier: earlier?.[place] ?? null });
    }
  };
  connection.addEventListener("welcome", ({ detail }) => {
    take(detail.messages, detail.fresh, detail.fresh ? detail.earlier : null);
    frame.people(detail.people);
  });
  connection.addEventListener("changes", ({ detail }) => {
    take(detail.messages, false);
    if (detail.people) frame.people(detail.people);
  });
  connection.addEventListener("status", ({ detail }) => {
    if (detail.state === "reconnecting" && frame.state !== detail.state) announcer.say(say("offline_note"));
    frame.status(detail.state);
  });
  connection.addEventListener("failing", ({ detail }) => (timelines[detail.action.place] ?? timelines.channel).failing(detail.action));
  connection.addEventListener("left", () => {
    connection.stop();
    location.replace(`${base}/join`);
  });
  // The seat may have been taken away, or the cookie have run out, while the server was out of reach.
  connection.addEventListener("checking", async () => {
    const answer = await fetch(`${base}/session`).catch(() => null);
    if (answer?.status === 401) location.replace(`${base}/join`);
  });
  frame.onLeave(async () => {
    if (!(await confirm({ title: say("leave_question"), text: say("leave_explained"), yes: say("leave"), danger: true }))) return;
    await actions.ask({ do: "leave" });
    connection.stop();
    location.replace(`${base}/join`);
  });

  for (const action of connection.waiting) if (action.do === "say") timelines[action.place].pending(action);
  connection.start();
}

start();
