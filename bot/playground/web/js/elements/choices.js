/** The list that every select opens, with a field to filter it. */

import { el, uniqueId } from "../dom.js";
import { makeOptionText } from "./overflow.js";
import { openPopup } from "./popup.js";

/**
 * Opens the list on `anchor`.
 * `groups`: [{label, options: [{key, option}]}]. `isChosen(key)`. `onChoose(key)` is called for
 * each choice. With `stays` the list stays open. `onClose` is called when it closes.
 */
export function openChoices(anchor, { groups, isChosen, onChoose, stays = false, onClose }) {
  const list = { id: uniqueId("list"), active: 0, shown: [], close: () => {} };
  const filter = filterField(list);
  const multiple = { "aria-multiselectable": String(stays), "aria-label": "Options" };
  const holder = el("div", { class: "choices", role: "listbox", id: list.id, ...multiple });
  const choose = (key) => {
    onChoose(key);
    if (stays) draw();
    else list.close();
  };
  const draw = () => drawChoices(list, holder, filter, groups, isChosen, choose);
  filter.addEventListener("input", () => {
    list.active = 0;
    draw();
  });
  filter.addEventListener("keydown", (event) => onKey(event, list, draw, choose));
  draw();
  list.close = openPopup(anchor, el("div", { class: "choice-panel" }, filter, holder), onClose);
  filter.focus();
}

function filterField(list) {
  const aria = { role: "combobox", "aria-controls": list.id, "aria-expanded": "true", "aria-label": "Filter" };
  return el("input", { class: "filter", type: "text", placeholder: "Filter…", autocomplete: "off", ...aria });
}

function drawChoices(list, holder, filter, groups, isChosen, choose) {
  const wanted = filter.value.trim().toLowerCase();
  list.shown = [];
  const nodes = groups.map((group) => {
    const matching = group.options.filter(({ option }) => option.text.text.toLowerCase().includes(wanted));
    const options = matching.map((each) => choiceNode(each, list, isChosen, choose));
    if (!group.label || !options.length) return options;
    return el(
      "div",
      { role: "group", "aria-label": group.label },
      el("div", { class: "choice-group" }, group.label),
      ...options,
    );
  });
  holder.replaceChildren(...nodes.flat());
  if (!list.shown.length) holder.append(el("p", { class: "no-choice" }, "No matches."));
  const active = list.shown[list.active];
  filter.setAttribute("aria-activedescendant", active?.node.id ?? "");
  active?.node.classList.add("active");
  if (holder.isConnected) active?.node.scrollIntoView({ block: "nearest" });
}

function choiceNode({ key, option }, list, isChosen, choose) {
  const isOn = isChosen(key);
  const props = { class: "choice", role: "option", id: uniqueId("option"), "aria-selected": String(isOn) };
  const node = el(
    "div",
    props,
    el("span", { class: "tick", "aria-hidden": "true" }, isOn ? "✓" : ""),
    makeOptionText(option),
  );
  node.addEventListener("mousedown", (event) => event.preventDefault());
  node.addEventListener("click", () => choose(key));
  list.shown.push({ key, node });
  return node;
}

function onKey(event, list, draw, choose) {
  const count = list.shown.length;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (count) list.active = (list.active + (event.key === "ArrowDown" ? 1 : -1) + count) % count;
    draw();
  } else if (event.key === "Enter" && count) {
    event.preventDefault();
    choose(list.shown[Math.min(list.active, count - 1)].key);
  } else if (event.key === "Tab") list.close();
}
