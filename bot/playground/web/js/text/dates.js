/** Slack's date tokens (`<!date^unix^format^link|fallback>`), in the viewer's time zone. */

import { el } from "../dom.js";

const DAY_MS = 86_400_000;
const LOCALE = "en-US";
let secondsAhead = 0;

/** Sets how far the simulated clock is ahead of that of the browser. */
export function setSecondsAhead(seconds) {
  secondsAhead = seconds;
}

/** The present, by the simulated clock. */
export function simulatedNow() {
  return new Date(Date.now() + secondsAhead * 1000);
}

const EXACT = { hour: "numeric", minute: "2-digit", second: "2-digit", timeZoneName: "short" };

function part(date, options) {
  return new Intl.DateTimeFormat(LOCALE, options).format(date);
}

function ordinal(day) {
  const tens = day % 100;
  const suffix = tens > 10 && tens < 14 ? "th" : ({ 1: "st", 2: "nd", 3: "rd" }[day % 10] ?? "th");
  return `${day}${suffix}`;
}

function longDate(date) {
  return `${part(date, { month: "long" })} ${ordinal(date.getDate())}, ${date.getFullYear()}`;
}

function shortDate(date) {
  return part(date, { month: "short", day: "numeric", year: "numeric" });
}

function weekdayDate(date) {
  return `${part(date, { weekday: "long" })}, ${longDate(date)}`;
}

function numericDate(date) {
  const two = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** "today", "yesterday", "tomorrow", or the result of `otherwise`. */
function pretty(date, now, otherwise) {
  const midnight = (each) => new Date(each.getFullYear(), each.getMonth(), each.getDate()).getTime();
  const days = Math.round((midnight(date) - midnight(now)) / DAY_MS);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days] ?? otherwise(date);
}

/** "3 minutes ago", "in 29 days". */
export function ago(date, now) {
  const seconds = Math.round((date.getTime() - now.getTime()) / 1000);
  const steps = [
    ["year", 31_536_000],
    ["month", 2_592_000],
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
    ["second", 1],
  ];
  const [unit, size] = steps.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  if (Math.abs(seconds) < 5) return "just now";
  const speak = new Intl.RelativeTimeFormat(LOCALE, { numeric: "always" });
  return speak.format(Math.trunc(seconds / size), unit);
}

const TOKENS = {
  date_num: numericDate,
  date: longDate,
  date_short: shortDate,
  date_long: weekdayDate,
  date_pretty: (date, now) => pretty(date, now, longDate),
  date_short_pretty: (date, now) => pretty(date, now, shortDate),
  date_long_pretty: (date, now) => pretty(date, now, weekdayDate),
  time: (date) => part(date, { hour: "numeric", minute: "2-digit" }),
  time_secs: (date) => part(date, { hour: "numeric", minute: "2-digit", second: "2-digit" }),
  ago,
};

/** `format` with its tokens replaced. Null (show the fallback) without a token or a whole number of seconds. */
export function formatDate(unix, format, now = simulatedNow()) {
  if (!/^-?\d{1,12}$/.test(String(unix)) || !/\{\w+\}/.test(format)) return null;
  const date = new Date(Number(unix) * 1000);
  const filled = format.replace(/\{(\w+)\}/g, (token, name) => TOKENS[name]?.(date, now) ?? token);
  return /^\{(date_\w*pretty|ago)\}/.test(format) ? filled[0].toUpperCase() + filled.slice(1) : filled;
}

/** A <time> element (its full form on hover), or the fallback as text. */
export function dateNode(unix, format, fallback) {
  const shown = formatDate(unix, format);
  if (shown === null) return el("span", { class: "date-fallback" }, fallback || String(unix));
  const date = new Date(Number(unix) * 1000);
  const title = `${weekdayDate(date)} at ${part(date, EXACT)}`;
  return el("time", { datetime: date.toISOString(), title, class: "date", data: { unix, format } }, shown);
}

/** Updates "3 minutes ago" and "today" on the page. */
export function refreshDates(root = document) {
  for (const node of root.querySelectorAll("time[data-format]")) {
    const shown = formatDate(node.dataset.unix, node.dataset.format);
    if (shown !== null && shown !== node.textContent) node.textContent = shown;
  }
}

/** The clock time of a message, and the day above the first message of a day. */
export const clockTime = (at) => TOKENS.time(new Date(at * 1000));
export function dayName(at) {
  const name = pretty(new Date(at * 1000), simulatedNow(), weekdayDate);
  return name[0].toUpperCase() + name.slice(1);
}
