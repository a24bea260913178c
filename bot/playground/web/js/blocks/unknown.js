/** The loud error in place of something this page cannot draw, so that nobody takes silence for success. */

import { el, icon } from "../dom.js";

/** `kind`: "block" or "element"; `error` when drawing it failed. */
export function unknownBox(kind, thing, error = null) {
  const what = error
    ? `This ${kind} could not be drawn: ${error.message}`
    : `This page cannot draw the ${kind} type “${thing?.type}”.`;
  const box = el("div", { class: "unknown", role: "alert", data: { testid: "unknown-block" } });
  box.append(el("strong", {}, icon("warning"), el("span", {}, what)), el("pre", {}, JSON.stringify(thing, null, 2)));
  return box;
}
