// Small dialogs: a question with two answers, and a picture at full size.

import { el, freshId, iconButton } from "./dom.js";
import { say } from "./words.js";

/** Show a modal dialog; it leaves the page when closed, and the focus goes back to where it was. */
export function show(dialog, opener = document.activeElement) {
  document.querySelector(".dialogs").append(dialog);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (!opener?.isConnected) return;
    // The browser gave the focus back already, but left the caret in the dialog: nothing could be typed.
    opener.blur();
    opener.focus();
  });
  // A press on the dimmed page behind closes the dialog, as Escape does.
  let pressedBehind = false;
  dialog.addEventListener("pointerdown", (event) => (pressedBehind = event.target === dialog));
  dialog.addEventListener("click", (event) => event.target === dialog && pressedBehind && dialog.close());
  dialog.showModal();
}

/** Ask before something that cannot be taken back; resolves to true or false. */
export function confirm({ title, text, yes, danger = false }) {
  return new Promise((resolve) => {
    const id = freshId("dialog");
    let answer = false;
    const dialog = el("dialog.dialog.dialog-small", { "aria-labelledby": id, "aria-describedby": `${id}-text` },
      el("div.dialog-body", {}, el("h2.dialog-title", { id }, title), el("p", { id: `${id}-text` }, text)),
      el("div.dialog-footer", {},
        el("button.button", { type: "button", autofocus: true, onclick: () => dialog.close() }, say("cancel")),
        el(`button.button.${danger ? "danger" : "primary"}`, { type: "button", onclick: () => { answer = true; dialog.close(); } }, yes)));
    dialog.addEventListener("close", () => resolve(answer));
    show(dialog);
  });
}

/** Show a picture as large as the window. */
export function enlarge(picture, alt) {
  const dialog = el("dialog.dialog.dialog-picture", { "aria-label": alt },
    el("div.dialog-bar", {}, iconButton("close", say("close"), () => dialog.close(), { autofocus: true })), picture);
  show(dialog);
}
