// Forms of Parley's as dialogs. What was typed stays when the server finds a problem, or the dialog is closed by mistake.

import { drawBlocks, ratingChoices } from "./cards.js";
import { show } from "./dialogs.js";
import { el, freshId, iconButton } from "./dom.js";
import { say } from "./words.js";

const FEW = 4;
// The first field of each form that most people leave as it is; it and those after it are folded away.
const FOLDED_FROM = { ask: "quorum" };

export class FormDialogs {
  #actions;
  #announcer;
  #drafts = new Map();

  constructor(actions, announcer) {
    this.#actions = actions;
    this.#announcer = announcer;
  }

  open(form, place, opener) {
    const key = [form.kind, form.round, form.target].join("/");
    const id = freshId("form");
    // What was typed counts only as long as the form is the same: a newer one brings newer values.
    const base = JSON.stringify(form.fields);
    const draft = this.#drafts.get(key);
    const kept = draft?.base === base ? draft.values : new Map();
    const fields = form.fields.map((field) => drawField(field, kept.get(field.name)));
    const problem = el("p.form-problem", { role: "alert", tabindex: -1, hidden: true });
    const submit = el("button.button.primary", { type: "submit" }, form.submit);
    const node = el("form.form", { novalidate: true },
      el("div.dialog-header", {}, el("h2.dialog-title", { id }, form.title), iconButton("close", say("close"), () => dialog.close())),
      el("div.dialog-body", { tabindex: -1 }, problem, ...drawBlocks(form.intro), ...folded(fields, FOLDED_FROM[form.kind])),
      el("div.dialog-footer", {}, el("button.button", { type: "button", onclick: () => dialog.close() }, say("cancel")), submit));
    const dialog = el("dialog.dialog", { "aria-labelledby": id }, node);

    const values = () => Object.fromEntries(fields.map((field) => [field.name, field.value()]));
    const untouched = JSON.stringify(values());
    let done = false;
    dialog.addEventListener("close", () => {
      if (done) this.#drafts.delete(key);
      else if (JSON.stringify(values()) !== untouched) this.#drafts.set(key, { base, values: new Map(Object.entries(values())) });
    });
    const mark = (problems) => {
      for (const field of fields) field.complain(problems.get(field.name) ?? "");
      // A sentence about no field of this form still has to be read.
      const other = [...problems].filter(([name]) => !fields.some((field) => field.name === name)).map(([, text]) => text);
      problem.textContent = other.length ? other.join(" ") : say("form_problems");
      problem.hidden = false;
      const first = fields.find((field) => problems.has(field.name));
      first?.node.closest("details")?.setAttribute("open", "");
      (first ?? problem).focus();
      // With its label and the sentence about it, not only the box.
      first?.node.scrollIntoView({ block: "nearest" });
    };
    node.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (submit.getAttribute("aria-busy") === "true") return;
      const missing = new Map(fields.filter((field) => field.missing()).map((field) => [field.name, say("required_field")]));
      if (missing.size) return mark(missing);
      submit.setAttribute("aria-busy", "true");
      const { reply, sentence } = await this.#actions.ask(
        { do: "submit", place, form: form.kind, round: form.round, target: form.target, values: values() }, { own: true });
      submit.removeAttribute("aria-busy");
      if (sentence) return mark(new Map([["", sentence]]));
      if (reply.type === "problems") return mark(new Map(reply.problems));
      done = true;
      dialog.close();
      this.#actions.show(place, reply, opener);
    });
    show(dialog, opener ?? document.activeElement);
    (fields[0] ?? { focus: () => submit.focus() }).focus();
  }
}

function folded(fields, from) {
  const start = fields.findIndex(({ name }) => name === from);
  const nodes = fields.map(({ node }) => node);
  if (start < 0) return nodes;
  const more = el("details.more", {}, el("summary.more-summary", {}, say("more_choices")), el("div.more-fields", {}, ...nodes.slice(start)));
  return [...nodes.slice(0, start), more];
}

function drawField(field, kept) {
  const id = freshId("field");
  const hint = field.hint ? el("p.hint", { id: `${id}-hint` }, field.hint) : null;
  const problem = el("p.field-problem", { id: `${id}-problem`, hidden: true });
  const described = () => [hint ? `${id}-hint` : "", problem.hidden ? "" : `${id}-problem`].filter(Boolean).join(" ");
  const made = DRAW[field.type](field, id, kept, { hint, problem });
  const describe = () => {
    const by = described();
    if (by) made.control.setAttribute("aria-describedby", by);
    else made.control.removeAttribute("aria-describedby");
  };
  describe();
  return {
    name: field.name,
    missing: () => false,
    focus: () => made.control.focus(),
    ...made,
    complain(sentence) {
      problem.textContent = sentence;
      problem.hidden = !sentence;
      if (sentence) made.control.setAttribute("aria-invalid", "true");
      else made.control.removeAttribute("aria-invalid");
      describe();
    },
  };
}

const DRAW = { text: drawText, choice: drawChoice, rating: drawRating, check: drawCheck };

function label(id, field, required) {
  return el("label.label", { for: id }, field.label, required ? null : el("span.optional", {}, ` (${say("optional")})`));
}

function drawText(field, id, kept, { hint, problem }) {
  const value = kept ?? field.value;
  const control = field.multiline
    ? el("textarea.input", { id, rows: 6, dir: "auto", "aria-required": String(field.required) })
    : el("input.input", { id, type: "text", dir: "auto", autocomplete: "off", "aria-required": String(field.required) });
  control.value = value;
  const count = el("p.count");
  const counted = () => {
    const length = [...control.value].length;
    const near = length > field.limit * 0.8;
    count.textContent = near || field.multiline ? say("characters", { count: length, limit: field.limit }) : "";
    count.classList.toggle("over", length > field.limit);
  };
  control.addEventListener("input", counted);
  counted();
  return {
    control,
    value: () => control.value,
    missing: () => field.required && !control.value.trim(),
    node: el("div.field", {}, label(id, field, field.required), hint, control, count, problem),
  };
}

function drawChoice(field, id, kept, { hint, problem }) {
  const value = kept ?? field.value;
  if (field.options.length > FEW) {
    const control = el("select.input", { id }, field.options.some(([key]) => key === value) ? null : el("option", { value: "" }, say("choose")),
      ...field.options.map(([key, text]) => el("option", { value: key, selected: key === value }, text)));
    return { control, value: () => control.value, node: el("div.field", {}, label(id, field, true), hint, control, problem) };
  }
  const options = field.options.map(([key, text]) => el("label.choice", {}, el("input", { type: "radio", name: id, value: key, checked: key === value }), el("span", {}, text)));
  return group(field, id, options, hint, problem);
}

function drawRating(field, id, kept, { hint, problem }) {
  const value = kept ?? field.value;
  const rating = ratingChoices(id, value, field.low, field.high, field.required);
  const made = group(field, id, [field.statement ? el("blockquote.quote", { dir: "auto" }, field.statement) : null, rating], hint, problem);
  return { ...made, missing: () => field.required && !made.value() };
}

function group(field, id, children, hint, problem) {
  const control = el("fieldset.field.fieldset", {}, el("legend.label", {}, field.label), hint, ...children, problem);
  return {
    control,
    node: control,
    value: () => control.querySelector("input:checked")?.value ?? "",
    focus: () => (control.querySelector("input:checked") ?? control.querySelector("input")).focus(),
  };
}

function drawCheck(field, id, kept, { hint, problem }) {
  const checked = kept === undefined ? field.value : kept === "yes";
  const control = el("input", { id, type: "checkbox", checked });
  return {
    control,
    value: () => (control.checked ? "yes" : ""),
    node: el("div.field.field-check", {}, el("label.choice", { for: id }, control, el("span", {}, field.label)), hint, problem),
  };
}
