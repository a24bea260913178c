/** The error in place of something that this page cannot draw, so that a missing block is noticed. */

import { el, icon } from "../dom.js";

/** `kind`: "block" or "element". `error`: why drawing it failed. */
export function unknownBox(kind, thing, error = null) {
  const what = error
    ? `Can't draw this ${kind}: ${error.message}`
    : `Can't draw the ${kind} type “${thing?.type}”.`;
  const box = el("div", { class: "unknown", role: "alert", data: { testid: "unknown-block" } });
  box.append(el("strong", {}, icon("warning"), el("span", {}, what)), el("pre", {}, JSON.stringify(thing, null, 2)));
  return box;
}
