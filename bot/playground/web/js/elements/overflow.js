/** The overflow menu ("…"). */

import { el, icon } from "../dom.js";
import { plainText } from "../text/mrkdwn.js";
import { openUrl, press } from "./acting.js";
import { openPopup } from "./popup.js";

export function overflow(element, place) {
  const label = element.accessibility_label ?? "More actions";
  const props = {
    type: "button",
    class: "button overflow",
    "aria-haspopup": "menu",
    "aria-expanded": "false",
    "aria-label": label,
  };
  const node = el("button", props, icon("more"), el("span", { class: "spinner", "aria-hidden": "true" }));
  node.addEventListener("click", () => openMenu(element, place, node));
  return node;
}

function openMenu(element, place, node) {
  let close = () => {};
  const choose = (option) => async () => {
    close();
    const isDone = await press(element, place, node, { selected: option });
    if (isDone && option.url) openUrl(option.url);
  };
  const items = element.options.map((option) =>
    el(
      "button",
      { type: "button", role: "menuitem", class: "choice", on: { click: choose(option) } },
      optionWords(option),
    ),
  );
  const menu = el("div", { role: "menu", class: "choices", on: { keydown: (event) => walk(event, items) } }, ...items);
  close = openPopup(node, menu);
  items[0]?.focus();
}

/** The text of an option and, smaller, its description. */
export function optionWords(option) {
  const description = option.description
    ? el("span", { class: "choice-description" }, plainText(option.description))
    : null;
  return el("span", { class: "choice-words" }, plainText(option.text), description);
}

/** Arrow keys, Home and End among `items`. */
export function walk(event, items) {
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  items[(to + items.length) % items.length].focus();
}
