// Builds elements. Text always goes in as text: nothing here takes markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * el("button.primary", {type: "submit", onclick: send}, "Send", child)
 * Attributes that start with "on" are listeners; false, null and undefined leave an attribute out.
 */
export function el(selector, attributes = {}, ...children) {
  const [tag, ...classes] = selector.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const PATHS = {
  send: ["M3.400 11.200 20 3.600c.5-.2 1 .3.8.800L13.200 21c-.2.500-1 .500-1.200 0l-2.300-6.200a1 1 0 0 0-.5-.500L3.400 12.300c-.5-.2-.5-.9 0-1.100z", "M9.600 14.400 13.500 10.500"],
  clip: ["M20.500 11.500 12 20a5.300 5.300 0 0 1-7.500-7.500l8.800-8.800a3.500 3.500 0 0 1 5 5l-8.700 8.700a1.800 1.800 0 0 1-2.500-2.500l7.800-7.800"],
  edit: ["M4 20l.9-4L16 4.900a2 2 0 0 1 2.900 0l.2.200a2 2 0 0 1 0 2.900L8 19.100z"],
  delete: ["M4 7h16", "M9 7V4.500h6V7", "M6.500 7l.8 12.500h9.400L17.500 7"],
  reply: ["M10 6 4 12l6 6", "M4.500 12H14a6 6 0 0 1 6 6v1"],
  close: ["M6 6l12 12", "M18 6 6 18"],
  smile: ["M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "M8.500 14.500a4.300 4.300 0 0 0 7 0", "M9 9.500v.5", "M15 9.500v.5"],
  eye: ["M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12z", "M12 9.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5z"],
  menu: ["M5 12h.01", "M12 12h.01", "M19 12h.01"],
  down: ["M12 5v14", "M6 13l6 6 6-6"],
  theme: ["M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500z"],
  shield: ["M12 3.500l7 2.700v5.300c0 4.300-2.900 7.600-7 9-4.100-1.400-7-4.700-7-9V6.200z", "M9 12l2.200 2.200L15.200 10"],
  slash: ["M4.500 4.500h15v15h-15z", "M13.700 8.500l-3.400 7"],
};

/** A line icon that says nothing to a screen reader; its button has a name. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" })) {
    svg.setAttribute(key, value);
  }
  svg.setAttribute("class", `icon icon-${name}`);
  for (const d of PATHS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

/** A button that shows an icon and is called `label`. */
export function iconButton(name, label, onclick, more = {}) {
  return el("button.icon-button", { type: "button", "aria-label": label, title: label, onclick, ...more }, icon(name));
}

let numbered = 0;

/** An id that no other element has. */
export function freshId(prefix) {
  numbered += 1;
  return `${prefix}-${numbered}`;
}
