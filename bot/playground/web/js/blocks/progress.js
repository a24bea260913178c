/** Blocks about work in progress: alert, plan, task_card. */

import { el } from "../dom.js";
import { textObject } from "../text/mrkdwn.js";
import { richText } from "./rich_text.js";
import { link } from "../text/mentions.js";

const MARKS = { pending: "○", in_progress: "◐", complete: "✓", error: "✕" };

export function alertBlock(block, place) {
  return el(
    "div",
    { class: `alert alert-${block.level ?? "default"}`, role: "note" },
    textObject(block.text, place.context),
  );
}

export function plan(block, place) {
  const tasks = (block.tasks ?? []).map((task) => taskCard(task, place));
  return el("div", { class: "plan" }, el("div", { class: "plan-title" }, block.title), ...tasks);
}

export function taskCard(block, place) {
  const mark = el("span", { class: `task-mark task-${block.status}`, title: block.status }, MARKS[block.status] ?? "?");
  const sources = (block.sources ?? []).map((source) => el("li", {}, link(source.url, source.text ?? source.url)));
  return el(
    "div",
    { class: "task" },
    mark,
    el(
      "div",
      {},
      el("div", { class: "task-title" }, block.title),
      ...["details", "output"].map((name) => block[name] && richText(block[name], place)),
      sources.length ? el("ul", { class: "rich-list" }, ...sources) : null,
    ),
  );
}
