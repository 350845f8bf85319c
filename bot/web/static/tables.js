// A table that somebody asked for: its lines as they are, and a button that saves them as a file.

import { el, icon } from "./dom.js";
import { say } from "./words.js";

/** `text`: the table as CSV. */
export function drawTable(text) {
  const save = () => {
    const url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    el("a", { href: url, download: "parley.csv" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  };
  return el("div.table", {},
    el("pre.table-lines", { tabindex: 0, role: "region", "aria-label": say("table"), dir: "auto" }, text),
    el("button.button", { type: "button", onclick: save }, icon("down"), say("save_table")));
}
