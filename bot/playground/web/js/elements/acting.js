/** What all interactive elements share: their value in the form, the confirm dialog, the press. */

import { askConfirm } from "../confirm_dialog.js";

/** Sends a press, after its confirm dialog if there is one; false if it was denied. `node` shows that it is pending. */
export async function press(element, place, node, selected) {
  const { context } = place;
  if (element.confirm && !(await askConfirm(element.confirm, context))) return false;
  node.classList.add("pending");
  node.setAttribute("aria-busy", "true");
  try {
    await context.act({ block_id: place.blockId, action_id: place.actionId, state: context.form.values, ...selected });
  } catch (error) {
    context.complain(error.message);
  } finally {
    node.classList.remove("pending");
    node.removeAttribute("aria-busy");
  }
  return true;
}

/**
 * Makes the field of `element`: its value in the form, and functions to change it.
 * `set(value, node)` changes it. Outside input blocks, and in dispatching ones, that is a press. If the person denies it
 * in the confirm dialog, the change is undone and `set` returns false.
 */
export function makeField(element, place, name, initial) {
  const { form } = place.context;
  const begun = form.begin(place.blockId, place.actionId, { type: element.type, [name]: initial });
  const write = (value) => form.write(place.blockId, place.actionId, { type: element.type, [name]: value });
  return {
    value: begun[name],
    write,
    async set(value, node) {
      const before = form.values[place.blockId][place.actionId][name];
      write(value);
      if (place.isInput && !place.dispatches) return true;
      const isDone = await press(element, place, node, { selected: value });
      if (!isDone) write(before);
      return isDone;
    },
  };
}

/** The attributes that link a field to the label and error of its input block, or name a field without one. */
export function labelAttributes(element, place) {
  const words = element.placeholder?.text ?? element.accessibility_label ?? element.type.replaceAll("_", " ");
  if (!place.isInput) return { "aria-label": words };
  const wrong = place.hasError ? { "aria-invalid": "true", "aria-describedby": place.ids.error } : {};
  return { id: place.ids.field, "aria-labelledby": place.ids.label, ...wrong };
}

/** Opens the address of a button or menu entry in a new window. */
export function openUrl(url) {
  if (/^(https?|mailto):/i.test(url)) window.open(url, "_blank", "noopener,noreferrer");
}
