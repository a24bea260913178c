/** Buttons of every kind. */

import { el, icon } from "../dom.js";
import { plainText } from "../text/mrkdwn.js";
import { openUrl, press } from "./acting.js";

function pressButton(element, place, node, words, selected = {}) {
  const onClick = async () => {
    if (node.getAttribute("aria-busy") === "true") return; // as in Slack, no second press until the first is answered
    const isDone = await press(element, place, node, selected);
    if (isDone && element.url) openUrl(element.url);
  };
  node.addEventListener("click", onClick);
  node.append(el("span", { class: "button-text" }, words), el("span", { class: "spinner", "aria-hidden": "true" }));
  return node;
}

export function button(element, place) {
  const style = element.style ? ` button-${element.style}` : "";
  const props = {
    type: "button",
    class: `button${style}`,
    "aria-label": element.accessibility_label,
    title: element.text.text,
  };
  return pressButton(element, place, el("button", props), plainText(element.text));
}

export function iconElement(element, place) {
  const node = el("button", {
    type: "button",
    class: "button",
    "aria-label": element.accessibility_label ?? element.text.text,
  });
  return pressButton(element, place, node, element.icon === "trash" ? "🗑️" : icon("more"));
}

export function feedbackButtons(element, place) {
  const one = (choice, sign) => {
    const node = el("button", {
      type: "button",
      class: "button",
      "aria-label": choice.accessibility_label ?? choice.text.text,
    });
    return pressButton(element, place, node, sign, { selected: choice });
  };
  return el("span", { class: "feedback" }, one(element.positive_button, "👍"), one(element.negative_button, "👎"));
}
