/** One payload or call in the traffic pane: a line that opens to show what was sent and answered. */

import { el, icon } from "../dom.js";
import { makeJson } from "./json.js";

/** The directions an entry can have. */
export const DIRECTIONS = {
  to_bot: { arrow: "→", words: "Slack → bot", label: "to the bot" },
  from_bot: { arrow: "←", words: "bot → Slack", label: "from the bot to Slack" },
  to_api: { arrow: "⇢", words: "bot → API", label: "from the bot to the batches API" },
};
const CLOCK = { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 };

/** The row of `entry`: {entry, node, button, isOpen}. */
export function makeRow(entry, wasOpen) {
  const props = { type: "button", class: "traffic-row", "aria-expanded": "false" };
  const title = el("span", { class: "traffic-title" }, ...breakableTitle(entry.title));
  const ms = el("span", { class: "ms" }, milliseconds(entry.ms));
  const button = el("button", props, makeArrow(entry.direction), title, makeStatus(entry), ms, icon("right"));
  const row = { entry, button, isOpen: false, node: el("li", { data: { testid: "traffic-entry" } }, button) };
  button.addEventListener("click", () => toggle(row));
  if (wasOpen) toggle(row);
  return row;
}

/** Allows line breaks before the parts of a path, but not between a method and its path. */
function breakableTitle(title) {
  const parts = title.replace(/^(GET|POST|DELETE) \//, "$1\u00a0/").split(/(?<=\w)(?=\/)/);
  return parts.flatMap((part, index) => (index ? [el("wbr"), part] : [part]));
}

function makeArrow(direction) {
  const way = DIRECTIONS[direction] ?? { arrow: "?", words: direction, label: direction };
  const arrow = el("span", { "aria-hidden": "true" }, way.arrow);
  const label = el("span", { class: "visually-hidden" }, way.label);
  return el("span", { class: `way way-${direction}`, title: way.words }, arrow, label);
}

const TITLES = { "closed early": "The bot had read what it needed, or it was stopped" };

function makeStatus(entry) {
  const status = String(entry.status || "…");
  const kind = /^(ok|2\d\d)$/i.test(status) ? "good" : /^(…|pending|closed early)$/i.test(status) ? "open" : "bad";
  return el("span", { class: `status status-${kind}`, title: TITLES[status] ?? status }, status);
}

function milliseconds(ms) {
  if (ms === null || ms === undefined) return "";
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

function toggle(row) {
  row.isOpen = !row.isOpen;
  row.button.setAttribute("aria-expanded", String(row.isOpen));
  row.node.querySelector(".traffic-detail")?.remove();
  if (row.isOpen) row.node.append(detail(row.entry));
}

function detail(entry) {
  const at = new Date(entry.at * 1000).toLocaleTimeString("en-GB", CLOCK);
  const part = (name, value) => [el("h3", {}, name), makeJson(value)];
  const answered = entry.answered === null || entry.answered === undefined ? [] : part("Answered", entry.answered);
  return el(
    "div",
    { class: "traffic-detail" },
    el("p", { class: "traffic-at" }, at),
    ...part("Sent", entry.sent),
    ...answered,
  );
}
