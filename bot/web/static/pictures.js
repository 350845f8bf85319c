// Draws a picture of Parley's as part of the page, so that it follows the theme. Only shapes and text come through.

import { enlarge } from "./dialogs.js";
import { el } from "./dom.js";
import { say } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const ELEMENTS = new Set(["svg", "g", "rect", "line", "path", "circle", "ellipse", "polygon", "polyline", "text", "tspan"]);
const ATTRIBUTES = new Set([
  "viewBox", "width", "height", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx", "ry", "d", "points", "dx", "dy", "fill",
  "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "stroke-opacity", "opacity",
  "font-size", "font-weight", "font-family", "font-style", "text-anchor", "dominant-baseline", "transform", "letter-spacing", "preserveAspectRatio",
]);
const policy = globalThis.trustedTypes?.createPolicy("parley-picture", { createHTML: (text) => text });

/** A picture with its words for those who do not see it; pressing it shows it large. */
export function drawPicture({ svg, alt }) {
  const parsed = new DOMParser().parseFromString(policy ? policy.createHTML(svg) : svg, "image/svg+xml");
  const draw = () => {
    const drawn = copied(parsed.documentElement);
    drawn?.setAttribute("aria-hidden", "true");
    return drawn;
  };
  if (!draw()) return el("p.note", {}, alt);
  const button = el("button.picture", { type: "button", "aria-label": `${say("enlarge")}: ${alt}`, onclick: () => enlarge(el("div.picture-large", { role: "img", "aria-label": alt }, draw()), alt) }, draw());
  return el("figure.figure", {}, button);
}

function copied(node) {
  if (node.namespaceURI !== SVG || !ELEMENTS.has(node.localName)) return null;
  const copy = document.createElementNS(SVG, node.localName);
  for (const { name, value } of node.attributes) {
    if (ATTRIBUTES.has(name) && !/url\s*\(/i.test(value)) copy.setAttribute(name, value);
  }
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) copy.append(child.nodeValue);
    else if (child.nodeType === Node.ELEMENT_NODE) copy.append(copied(child) ?? "");
  }
  return copy;
}
