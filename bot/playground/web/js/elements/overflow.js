/** The overflow menu ("…"). */

import { el, icon } from "../dom.js";
import { plainText } from "../text/mrkdwn.js";
import { openUrl, press } from "./acting.js";
import { openMenu } from "./menu.js";

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
  const choices = () => element.options.map((option) => choiceOf(option, element, place, node));
  node.addEventListener("click", () => openMenu(node, choices()));
  return node;
}

function choiceOf(option, element, place, node) {
  const choose = async () => {
    const isDone = await press(element, place, node, { selected: option });
    if (isDone && option.url) openUrl(option.url);
  };
  return { words: makeOptionText(option), choose };
}

/** The text of an option, and its description in smaller type. */
export function makeOptionText(option) {
  const description = option.description
    ? el("span", { class: "choice-description" }, plainText(option.description))
    : null;
  return el("span", { class: "choice-words" }, plainText(option.text), description);
}
