/** Checkboxes and radio buttons. */

import { el, uniqueId } from "../dom.js";
import { textObject } from "../text/mrkdwn.js";
import { makeField } from "./acting.js";

function optionLabel(option, input, place) {
  const words = el("span", { class: "tick-words" }, textObject(option.text, place.context));
  if (option.description)
    words.append(el("span", { class: "choice-description" }, textObject(option.description, place.context)));
  return el("label", { class: "tick-option" }, input, words);
}

function group(role, element, place, options) {
  const name = place.isInput
    ? { "aria-labelledby": place.ids.label }
    : { "aria-label": element.type.replaceAll("_", " ") };
  return el("div", { class: "ticks", role, ...name }, ...options);
}

export function checkboxes(element, place) {
  const field = makeField(element, place, "selected_options", element.initial_options ?? []);
  const before = new Set(field.value.map((option) => option.value));
  const inputs = element.options.map((option) => el("input", { type: "checkbox", checked: before.has(option.value) }));
  const node = group(
    "group",
    element,
    place,
    element.options.map((option, index) => optionLabel(option, inputs[index], place)),
  );
  node.addEventListener("change", async (event) => {
    const chosen = element.options.filter((_, index) => inputs[index].checked);
    if (!(await field.set(chosen, node))) event.target.checked = !event.target.checked;
  });
  return node;
}

export function radioButtons(element, place) {
  const field = makeField(element, place, "selected_option", element.initial_option ?? null);
  const name = uniqueId("radio");
  let chosen = field.value?.value;
  const inputs = element.options.map((option) =>
    el("input", { type: "radio", name, checked: option.value === chosen }),
  );
  const node = group(
    "radiogroup",
    element,
    place,
    element.options.map((option, index) => optionLabel(option, inputs[index], place)),
  );
  node.addEventListener("change", async () => {
    const option = element.options.find((_, index) => inputs[index].checked);
    if (await field.set(option, node)) chosen = option.value;
    else inputs.forEach((input, index) => (input.checked = element.options[index].value === chosen));
  });
  return node;
}
