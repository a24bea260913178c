/** Fields to type into. */

import { el } from "../dom.js";
import { makeField, labelAttributes, press } from "./acting.js";

function typedField(element, place, node) {
  const field = makeField(element, place, "value", element.initial_value ?? null);
  node.value = field.value ?? "";
  if (element.placeholder) node.placeholder = element.placeholder.text;
  if (element.focus_on_load) node.dataset.focus = "true";
  const when = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const send = () => place.dispatches && press(element, place, node, { selected: node.value || null });
  node.addEventListener("input", () => {
    field.write(node.value || null);
    if (when.includes("on_character_entered")) send();
  });
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !place.dispatches || !when.includes("on_enter_pressed") || event.isComposing) return;
    event.preventDefault();
    send();
  });
  return node;
}

const single =
  (type, extra = {}) =>
  (element, place) =>
    typedField(
      element,
      place,
      el("input", { type, class: "text-field", autocomplete: "off", ...extra, ...labelAttributes(element, place) }),
    );

/** Email, URL and number fields are checked on submit, in Slack's words, and not by the browser. */
export const emailInput = single("text", { inputmode: "email" });
export const urlInput = single("text", { inputmode: "url" });
export const numberInput = single("text", { inputmode: "decimal" });

export function textInput(element, place) {
  if (!element.multiline) return single("text")(element, place);
  return typedField(element, place, el("textarea", { class: "text-field", rows: 4, ...labelAttributes(element, place) }));
}

/** A plain text area here. Its value is a rich_text of one section, as Slack sends unstyled text. */
export function richTextInput(element, place) {
  const field = makeField(element, place, "rich_text_value", element.initial_value ?? null);
  const node = el("textarea", { class: "text-field", rows: 4, ...labelAttributes(element, place) });
  node.value = field.value?.elements?.[0]?.elements?.map((run) => run.text ?? "").join("") ?? "";
  node.addEventListener("input", () => {
    const text = { type: "text", text: node.value };
    field.write(node.value ? { type: "rich_text", elements: [{ type: "rich_text_section", elements: [text] }] } : null);
  });
  return node;
}
