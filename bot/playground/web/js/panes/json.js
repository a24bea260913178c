/** JSON, indented and lightly colored. */

import { el } from "../dom.js";

const TOKENS = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const MAX_COLORED = 60_000;

/** A <pre> of `value`. A very long one is not colored. */
export function makeJson(value) {
  const text = JSON.stringify(value, null, 2) ?? "null";
  const node = el("pre", { class: "json", tabindex: 0 });
  if (text.length > MAX_COLORED) {
    node.append(text);
    return node;
  }
  let from = 0;
  for (const hit of text.matchAll(TOKENS)) {
    const kind = hit[2] !== undefined ? "key" : hit[1] !== undefined ? "string" : "literal";
    const token = hit[1] ?? hit[0];
    node.append(text.slice(from, hit.index), el("span", { class: `json-${kind}` }, token));
    from = hit.index + token.length;
  }
  node.append(text.slice(from));
  return node;
}
