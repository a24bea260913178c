/** The squares beside names: initials for people, a drawn mark for the bot. */

import { el, icon, svg } from "../dom.js";

const COLOURS = 6;

function colourOf(id) {
  return [...id].reduce((sum, char) => sum + char.charCodeAt(0), 0) % COLOURS;
}

function initials(name) {
  const words = name.trim().split(/\s+/);
  return words
    .slice(0, 2)
    .map((word) => [...word][0] ?? "")
    .join("")
    .toUpperCase();
}

/** The avatar of anybody a message can be from. */
export function avatar(id, world) {
  const props = { class: "avatar", "aria-hidden": "true" };
  if (id === world.bot.user_id) return el("span", { ...props, class: "avatar avatar-bot" }, botMark());
  if (id === "SLACK") return el("span", { ...props, class: "avatar avatar-slack" }, icon("hash"));
  return el("span", { ...props, class: `avatar avatar-${colourOf(id)}` }, initials(world.personName(id)));
}

function botMark() {
  const line = (d) => svg("path", { d });
  const mark = svg("svg", { viewBox: "0 0 32 32", class: "bot-mark", "aria-hidden": "true" });
  mark.append(line("M8 10h16M8 16h16M8 22h7"), line("M18.5 22l2.4 2.4 4.4-4.8"));
  return mark;
}
