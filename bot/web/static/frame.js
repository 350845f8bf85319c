// What stands around the messages: the sidebar, the header, the two panes, and the tabs on a phone.

import { el, icon, iconButton } from "./dom.js";
import { popup } from "./popup.js";
import { themeButton } from "./theme-button.js";
import { say } from "./words.js";
import { avatar } from "./message.js";

/** Draws everything but the messages. */
export function drawFrame({ me, channel }) {
  const announcements = el("div.visually-hidden.announcements", { role: "log", "aria-live": "polite", "aria-atomic": "false" });
  const panes = {
    channel: drawPane("channel", `#${channel.title}`, "", "h1"),
    direct: drawPane("direct", say("direct_heading"), say("direct_about"), "h2"),
  };
  const status = el("span.status", { role: "status" }, el("span.status-dot"), el("span.status-text", {}, say("connecting")));
  const count = el("span.people-count");
  const leave = el("button.menu-item.danger", { type: "button" }, say("leave"));
  const menu = popup(iconButton("menu", say("menu")), [leave]);
  const list = el("ul.people", { role: "list" });
  const tabs = {};
  const badges = { channel: [], direct: [] };
  const viewButton = (place, selector, label) => {
    const badge = el("span.badge", { hidden: true });
    badges[place].push(badge);
    return el(selector, { type: "button", onclick: () => view(place, true), "data-view": place }, label, badge);
  };
  const buttons = [];
  for (const [place, label] of [["channel", `#${channel.title}`], ["direct", say("direct")]]) {
    tabs[place] = viewButton(place, "button.tab", label);
    buttons.push(tabs[place]);
  }
  const sideChannel = viewButton("channel", "button.side-item", [el("span.hash", { "aria-hidden": "true" }, "#"), el("span.side-name", {}, channel.title)]);
  const sideDirect = viewButton("direct", "button.side-item", [avatar("", "Parley", "small"), el("span.side-name", {}, say("direct"))]);
  buttons.push(sideChannel, sideDirect);

  const sidebar = el("nav.sidebar", { "aria-label": say("views") },
    el("p.brand", {}, el("img", { src: "/static/parley.svg", alt: "", width: 28, height: 28 }), el("span", {}, say("app"))),
    el("div.side-group", {}, sideChannel, sideDirect),
    el("h2.side-heading", {}, say("people"), " ", count),
    list,
  );
  const header = el("header.topbar", {},
    el("div.topbar-title", {}, el("img.topbar-logo", { src: "/static/parley.svg", alt: "", width: 28, height: 28 }), panes.channel.heading),
    status, themeButton(), menu);
  const app = el("div.app", { "data-view": "channel" },
    el("div.skips", {}, skip("channel-log", say("skip_to_channel")), skip("channel-composer", say("skip_to_composer")), skip("direct-composer", say("skip_to_direct"))),
    sidebar, header,
    el("nav.tabs", { "aria-label": say("views") }, tabs.channel, tabs.direct),
    el("main.panes", {}, panes.channel.node, panes.direct.node),
    announcements,
    el("div.dialogs"));
  document.body.replaceChildren(app);

  let onView = () => {};
  function view(place, focus = false) {
    app.dataset.view = place;
    for (const button of buttons) {
      if (button.dataset.view === place) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
    onView(place);
    if (focus && matchMedia("(min-width: 860px)").matches) document.getElementById(`${place}-composer`)?.focus();
  }
  view("channel");

  function skip(target, text) {
    const go = () => {
      view(target.split("-")[0]);
      document.getElementById(target)?.focus();
    };
    return el("button.skip", { type: "button", onclick: go }, text);
  }

  return {
    panes,
    announcements,
    onView: (listener) => (onView = listener),
    /** Show a place that is hidden behind the other one, and take the reader there. */
    reveal(place) {
      if (panes[place].node.offsetParent !== null) return;
      view(place);
      panes[place].log.focus({ preventScroll: true });
    },
    onLeave: (listener) => leave.addEventListener("click", listener),
    unread(place, number) {
      for (const badge of badges[place]) {
        badge.hidden = !number;
        badge.replaceChildren(el("span", { "aria-hidden": "true" }, number > 99 ? "99+" : String(number)), el("span.visually-hidden", {}, say("unread", { count: number })));
      }
      const total = [...document.querySelectorAll(".tab .badge:not([hidden])")].length;
      document.title = `${total ? "\u2022 " : ""}#${channel.title} - ${say("app")}`;
    },
    get state() {
      return status.dataset.state;
    },
    status(state) {
      status.dataset.state = state;
      status.title = state === "reconnecting" ? say("offline_note") : "";
      status.querySelector(".status-text").textContent = say(state);
    },
    people({ count: number, listed }) {
      count.textContent = String(number);
      list.replaceChildren(...listed.map((person) => el("li.person", {},
        avatar(person.id, person.name, "small"), el("span.side-name", {}, person.name),
        person.id === me.id ? el("span.person-you", {}, `(${say("you")})`) : null,
        person.moderator ? el("span.person-role", { title: say("moderator") }, icon("shield"), el("span.visually-hidden", {}, say("moderator"))) : null)));
    },
  };
}

function drawPane(place, title, about, level) {
  const heading = el(`${level}.pane-title`, { id: `${place}-title` }, title);
  const list = el("ol.messages", { role: "list" });
  const top = el("div.beginning");
  const log = el("div.log", { id: `${place}-log`, tabindex: 0, role: "log", "aria-live": "off", "aria-labelledby": `${place}-title` }, top, list);
  const jump = el("button.jump", { type: "button", hidden: true }, icon("down"), el("span", {}, say("jump_to_newest")));
  const composerSlot = el("div");
  const node = el(`section.pane.pane-${place}`, { "aria-labelledby": `${place}-title` },
    place === "direct" ? el("div.pane-header", {}, avatar("", "Parley", "medium"), el("div", {}, heading, el("p.pane-about", {}, about))) : null,
    el("div.log-frame", {}, log, jump), composerSlot);
  return { node, heading, list, log, top, jump, composerSlot };
}
