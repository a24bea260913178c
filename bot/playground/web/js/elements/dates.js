/** Date and time pickers, which are the browser's own. */

import { el } from "../dom.js";
import { makeField, labelAttributes } from "./acting.js";

function picker(element, place, { type, name, initial, toShown, toValue }) {
  const field = makeField(element, place, name, initial ?? null);
  const node = el("input", { type, class: "text-field picker", ...labelAttributes(element, place) });
  let value = field.value;
  node.value = toShown(value);
  node.addEventListener("change", async () => {
    const wanted = toValue(node.value);
    if (wanted === value) return;
    if (await field.set(wanted, node)) value = wanted;
    else node.value = toShown(value);
  });
  return node;
}

const asText = { toShown: (value) => value ?? "", toValue: (text) => text || null };

export function dateField(element, place) {
  return picker(element, place, { type: "date", name: "selected_date", initial: element.initial_date, ...asText });
}

export function timeField(element, place) {
  return picker(element, place, { type: "time", name: "selected_time", initial: element.initial_time, ...asText });
}

/** The value is in Unix seconds. The field shows the viewer's local time. */
export function dateTimeField(element, place) {
  const toShown = (unix) => {
    if (!unix) return "";
    const date = new Date(unix * 1000);
    return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  };
  const toValue = (text) => (text ? Math.floor(new Date(text).getTime() / 1000) : null);
  const initial = element.initial_date_time;
  return picker(element, place, { type: "datetime-local", name: "selected_date_time", initial, toShown, toValue });
}
