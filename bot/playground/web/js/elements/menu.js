/** A menu attached to a button. The arrow keys move in it; Escape closes it. */

import { el } from "../dom.js";
import { openPopup } from "./popup.js";

/** Opens a menu on `anchor`; `choices`: `{words, choose()}`, where `words` is a node or a text. */
export function openMenu(anchor, choices) {
  let close = () => {};
  const item = ({ words, choose }) => {
    const onClick = () => {
      close();
      choose();
    };
    return el("button", { type: "button", role: "menuitem", class: "choice", on: { click: onClick } }, words);
  };
  const items = choices.map(item);
  const menu = el("div", { role: "menu", class: "choices", on: { keydown: (event) => walk(event, items) } }, ...items);
  close = openPopup(anchor, menu);
  items[0]?.focus();
}

/** Moves the focus among `items` by the arrow keys, Home and End. */
function walk(event, items) {
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  items[(to + items.length) % items.length].focus();
}
