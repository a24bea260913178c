/** Advances the simulated time, to see what the bot does when no one types. */

import { el } from "../dom.js";
import { post } from "../posts.js";

const SPANS = [
  ["10 min", 600],
  ["1 hour", 3600],
  ["1 day", 86_400],
];

/** A row of buttons, and how far ahead the time is. `complain(words)` shows an error. */
export function makeTimeControls(secondsPassed, complain) {
  const one = ([words, seconds]) => {
    const pass = () => post("let_pass", { seconds }).catch((error) => complain(error.message));
    const label = `Let ${words} pass`;
    const props = { type: "button", class: "span", "aria-label": label, data: { testid: `pass-${seconds}` } };
    return el("button", { ...props, on: { click: pass } }, `+ ${words}`);
  };
  const ahead = secondsPassed ? `Simulated time: ${formatSpan(secondsPassed)} ahead` : "Let simulated time pass";
  const title = el("div", { id: "time-passes", class: "you-are", data: { testid: "time-passed" } }, ahead);
  return el("div", { class: "time", role: "group", "aria-labelledby": "time-passes" }, title, ...SPANS.map(one));
}

/** "1 day 2 h 10 min" */
function formatSpan(seconds) {
  const minutes = Math.round(seconds / 60);
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)];
  const parts = [
    days && `${days} ${days === 1 ? "day" : "days"}`,
    hours && `${hours} h`,
    minutes % 60 && `${minutes % 60} min`,
  ];
  return parts.filter(Boolean).join(" ");
}
