/** Fields one types into. */

import { el } from "../dom.js";
import { fieldOf, labelling, press } from "./acting.js";

function typedField(element, place, node) {
  const field = fieldOf(element, place, "value", element.initial_value ?? null);
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
      el("input", { type, class: "text-field", autocomplete: "off", ...extra, ...labelling(element, place) }),
    );

/** Email, address and number fields are checked when the modal is submitted, in Slack's words, not by the browser. */
export const emailInput = single("text", { inputmode: "email" });
export const urlInput = single("text", { inputmode: "url" });
export const numberInput = single("text", { inputmode: "decimal" });

export function textInput(element, place) {
  if (!element.multiline) return single("text")(element, place);
  return typedField(element, place, el("textarea", { class: "text-field", rows: 4, ...labelling(element, place) }));
}

/** Typed plainly here; its value is a rich_text of one section, as Slack would send unstyled text. */
export function richTextInput(element, place) {
  const field = fieldOf(element, place, "rich_text_value", element.initial_value ?? null);
  const node = el("textarea", { class: "text-field", rows: 4, ...labelling(element, place) });
  node.value = field.value?.elements?.[0]?.elements?.map((run) => run.text ?? "").join("") ?? "";
  node.addEventListener("input", () => {
    const text = { type: "text", text: node.value };
    field.write(node.value ? { type: "rich_text", elements: [{ type: "rich_text_section", elements: [text] }] } : null);
  });
  return node;
}
