/** The squares beside names: initials for people, a logo for the bot. */

import { el, icon, svg } from "../dom.js";

const COLORS = 6;

function pickColor(id) {
  return [...id].reduce((sum, char) => sum + char.charCodeAt(0), 0) % COLORS;
}

function initials(name) {
  const words = name.trim().split(/\s+/);
  return words
    .slice(0, 2)
    .map((word) => [...word][0] ?? "")
    .join("")
    .toUpperCase();
}

/** The avatar of the author of a message. */
export function avatar(id, world) {
  const props = { class: "avatar", "aria-hidden": "true" };
  if (id === world.bot.user_id) return el("span", { ...props, class: "avatar avatar-bot" }, makeBotMark());
  if (id === "SLACK") return el("span", { ...props, class: "avatar avatar-slack" }, icon("hash"));
  return el("span", { ...props, class: `avatar avatar-${pickColor(id)}` }, initials(world.personName(id)));
}

function makeBotMark() {
  const line = (d) => svg("path", { d });
  const mark = svg("svg", { viewBox: "0 0 32 32", class: "bot-mark", "aria-hidden": "true" });
  mark.append(line("M8 10h16M8 16h16M8 22h7"), line("M18.5 22l2.4 2.4 4.4-4.8"));
  return mark;
}
