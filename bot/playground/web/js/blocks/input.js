/** The input block: label, one element, hint, and the error that an answer set. */

import { el, uniqueId } from "../dom.js";
import { renderElement } from "../elements/index.js";
import { plainText } from "../text/mrkdwn.js";

const GROUPS = ["checkboxes", "radio_buttons"];

export function input(block, place) {
  const ids = { label: uniqueId("label"), field: uniqueId("field"), error: uniqueId("error") };
  const isGroup = GROUPS.includes(block.element.type);
  const words = [plainText(block.label), block.optional ? el("span", { class: "optional" }, " (optional)") : null];
  const label = el(
    isGroup ? "div" : "label",
    { class: "label", id: ids.label, for: isGroup ? null : ids.field },
    ...words,
  );
  const error = place.context.errors?.get(place.blockId);
  const inside = { ...place, isInput: true, dispatches: block.dispatch_action === true, ids, hasError: Boolean(error) };
  const field = el("div", { class: "field-holder" }, renderElement(block.element, inside));
  const hint = block.hint ? el("p", { class: "hint" }, plainText(block.hint)) : null;
  const wrong = error ? el("p", { class: "field-error", id: ids.error, role: "alert", dir: "auto" }, error) : null;
  return el("div", { class: `input${error ? " has-error" : ""}` }, label, field, wrong, hint);
}
