/** What all interactive elements share: their value in the form, the question before a press, the press itself. */

import { askConfirm } from "../confirm_dialog.js";

/** Sends a press, after its confirm dialog if it has one; `node` shows it is under way. False: the person said no. */
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
 * The value of `element` in the form.
 * `set(value, node)` changes it; outside input blocks (and in dispatching ones) that is a press, and a "no" in the
 * confirm dialog takes the change back, which `set` tells by answering false.
 */
export function fieldOf(element, place, name, initial) {
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

/** The attributes that tie a field to the label, hint and error of its input block, or name it where there is none. */
export function labelling(element, place) {
  const words = element.placeholder?.text ?? element.accessibility_label ?? element.type.replaceAll("_", " ");
  if (!place.isInput) return { "aria-label": words };
  const wrong = place.hasError ? { "aria-invalid": "true", "aria-describedby": place.ids.error } : {};
  return { id: place.ids.field, "aria-labelledby": place.ids.label, ...wrong };
}

/** Opens an address of a button or menu entry in a new window. */
export function openUrl(url) {
  if (/^(https?|mailto):/i.test(url)) window.open(url, "_blank", "noopener,noreferrer");
}
