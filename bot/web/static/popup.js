// A button that opens a small group of buttons below itself; Escape and a press elsewhere close it.

import { el, freshId } from "./dom.js";

const EDGE = 8;

/** Joins a button and what it opens. Gives the element that holds both. */
export function popup(button, items, { label = null, role = null } = {}) {
  const id = freshId("popup");
  const panel = el("div.popup", { id, hidden: true, role, "aria-label": label }, ...items);
  const holder = el("div.popup-holder", {}, button, panel);
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-controls", id);
  const set = (open) => {
    const closes = !open && !panel.hidden;
    panel.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    holder.classList.toggle("open", open);
    if (open) bringIn(panel);
    // Later, so that whoever closed it can still give the focus back.
    if (closes) queueMicrotask(() => holder.dispatchEvent(new Event("popupclosed", { bubbles: true })));
  };
  button.addEventListener("click", () => {
    set(panel.hidden);
    if (!panel.hidden) panel.querySelector("button")?.focus();
  });
  holder.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || panel.hidden) return;
    event.stopPropagation();
    set(false);
    button.focus();
  });
  holder.addEventListener("focusout", (event) => {
    if (!holder.contains(event.relatedTarget)) set(false);
  });
  panel.addEventListener("click", (event) => {
    if (!event.target.closest("button")) return;
    button.focus();
    set(false);
  });
  return holder;
}

// What lies beyond the edge of its pane would be cut off.
function bringIn(panel) {
  panel.style.translate = "";
  const here = panel.getBoundingClientRect();
  const frame = (panel.closest(".log") ?? document.documentElement).getBoundingClientRect();
  const over = Math.max(0, here.right - frame.right + EDGE) - Math.max(0, frame.left - here.left + EDGE);
  if (over) panel.style.translate = `${-over}px`;
}
