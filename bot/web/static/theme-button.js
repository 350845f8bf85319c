// Light, dark, or as the device has it; remembered on this device.

import { iconButton } from "./dom.js";
import { say } from "./words.js";

const ORDER = ["auto", "light", "dark"];

export function themeButton() {
  let chosen = document.documentElement.dataset.theme ?? "auto";
  const button = iconButton("theme", "", () => {
    chosen = ORDER[(ORDER.indexOf(chosen) + 1) % ORDER.length];
    if (chosen === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    try {
      localStorage.setItem("parley.theme", chosen);
    } catch {
      // Not remembered then.
    }
    name();
  });
  function name() {
    const label = `${say("theme")}: ${say(`theme_${chosen}`)}`;
    button.setAttribute("aria-label", label);
    button.title = label;
  }
  name();
  return button;
}
