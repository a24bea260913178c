/** Select menus for one or several options, people or conversations. */

import { el, icon } from "../dom.js";
import { plainText } from "../text/mrkdwn.js";
import { makeField, labelAttributes } from "./acting.js";
import { openChoices } from "./choices.js";
import { listGroups, readInitialKeys, VALUE_NAMES, toFormValue } from "./option_sources.js";

function chosenKeys(value) {
  return [value ?? []].flat().map((each) => each.value ?? each);
}

function parts(element, place) {
  const groups = listGroups(element, place.context);
  const field = makeField(element, place, VALUE_NAMES[element.type], toFormValue(readInitialKeys(element), element, groups));
  const names = new Map(groups.flatMap((group) => group.options).map(({ key, option }) => [key, option.text]));
  const labels = labelAttributes(element, place);
  const props = { type: "button", class: "select", "aria-haspopup": "listbox", "aria-expanded": "false", ...labels };
  const words = el("span", { class: "select-words" });
  const node = el("button", props, words, icon("chevron"), el("span", { class: "spinner", "aria-hidden": "true" }));
  return { groups, field, names, node, words, keys: chosenKeys(field.value) };
}

function nameNode(names, key) {
  const text = names.get(key);
  return text ? plainText(text) : key;
}

export function select(element, place) {
  const { groups, field, names, node, words, keys } = parts(element, place);
  let chosen = keys[0];
  const show = () => {
    words.classList.toggle("placeholder", chosen === undefined);
    words.replaceChildren(
      chosen === undefined ? (element.placeholder?.text ?? "Select an option") : nameNode(names, chosen),
    );
  };
  const choose = async (key) => {
    const before = chosen;
    chosen = key;
    show();
    if (await field.set(toFormValue([key], element, groups), node)) return;
    chosen = before;
    show();
  };
  node.addEventListener("click", () =>
    openChoices(node, { groups, isChosen: (key) => key === chosen, onChoose: choose }),
  );
  show();
  return node;
}

export function multiSelect(element, place) {
  const { groups, field, names, node, words, keys } = parts(element, place);
  const most = element.max_selected_items ?? Infinity;
  let chosen = new Set(keys);
  const show = () => {
    words.classList.toggle("placeholder", chosen.size === 0);
    const tokens = [...chosen].map((key) => el("span", { class: "token" }, nameNode(names, key)));
    words.replaceChildren(...(tokens.length ? tokens : [element.placeholder?.text ?? "Select options"]));
  };
  const choose = (key) => {
    if (!chosen.delete(key) && chosen.size < most) chosen.add(key);
    show();
  };
  const done = (before) => async () => {
    if ([...before].join("\n") === [...chosen].join("\n")) return;
    if (await field.set(toFormValue([...chosen], element, groups), node)) return;
    chosen = before;
    show();
  };
  node.addEventListener("click", () => {
    const before = new Set(chosen);
    const isChosen = (key) => chosen.has(key);
    openChoices(node, { groups, isChosen, onChoose: choose, stays: true, onClose: done(before) });
  });
  show();
  return node;
}
