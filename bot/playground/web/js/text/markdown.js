/** The `markdown` block: the parts of standard Markdown that bots usually write. Images become links, as in Slack. */

import { el } from "../dom.js";
import { link } from "./mentions.js";

const INLINE_FORMS = [
  /(`+)(.+?)\1/,
  /\*\*(.+?)\*\*/,
  /__(.+?)__/,
  /\*(?!\s)(.+?)\*/,
  /\b_(?!\s)(.+?)_\b/,
  /~~(.+?)~~/,
  /!?\[([^\]]*)\]\(([^)\s]+)\)/,
  /(https?:\/\/[^\s<>)]+)/,
];
const INLINE = new RegExp(INLINE_FORMS.map((form) => form.source).join("|"), "g");
const ITEM = /^\s*(?:[-*+]|(\d+)[.)])\s+(.*)$/;

/** A Markdown text as nodes. */
export function markdown(text) {
  const holder = el("div", { class: "markdown", dir: "auto" });
  text.split(/^```[^\n]*\n([\s\S]*?)^```\s*$/m).forEach((part, index) => {
    if (index % 2) holder.append(el("pre", { class: "pre" }, part.replace(/\n$/, "")));
    else
      for (const paragraph of part.split(/\n{2,}/))
        if (paragraph.trim()) holder.append(...paragraphNodes(paragraph.trim()));
  });
  return holder;
}

function paragraphNodes(text) {
  const lines = text.split("\n");
  if (/^(-{3,}|\*{3,}|_{3,})$/.test(text)) return [el("hr", { class: "divider" })];
  if (lines.length > 1 && /^\|?[\s:|-]+\|[\s:|-]*$/.test(lines[1])) return [table(lines)];
  const heading = /^#{1,6}\s+(.*)$/.exec(lines[0]);
  if (heading) return [el("p", { class: "md-heading" }, ...inline(heading[1])), ...more(lines)];
  if (lines.every((line) => line.startsWith(">"))) {
    return [el("blockquote", { class: "quote" }, ...inline(lines.map((line) => line.replace(/^> ?/, "")).join("\n")))];
  }
  if (ITEM.test(lines[0])) return [list(lines)];
  const firstItem = lines.findIndex((line) => ITEM.test(line));
  if (firstItem > 0)
    return [el("p", {}, ...inline(lines.slice(0, firstItem).join("\n"))), list(lines.slice(firstItem))];
  return [el("p", {}, ...inline(text))];
}

function more(lines) {
  return lines.length > 1 ? paragraphNodes(lines.slice(1).join("\n").trim()) : [];
}

function list(lines) {
  const items = [];
  for (const line of lines) {
    const item = ITEM.exec(line);
    if (item) items.push(item[2]);
    else items[items.length - 1] += `\n${line.trim()}`;
  }
  const tag = ITEM.exec(lines[0])[1] ? "ol" : "ul";
  return el(tag, { class: "rich-list" }, ...items.map((item) => el("li", {}, ...inline(item))));
}

function table(lines) {
  const cells = (line) =>
    line
      .trim()
      .replace(/^\||\|$/g, "")
      .split("|");
  const row = (line, tag) => el("tr", {}, ...cells(line).map((cell) => el(tag, {}, ...inline(cell.trim()))));
  const body = lines.slice(2).map((line) => row(line, "td"));
  return el(
    "div",
    { class: "table-wrap" },
    el("table", { class: "table" }, el("thead", {}, row(lines[0], "th")), el("tbody", {}, ...body)),
  );
}

function inline(text) {
  const nodes = [];
  let from = 0;
  for (const hit of text.matchAll(INLINE)) {
    nodes.push(text.slice(from, hit.index), inlineNode(hit));
    from = hit.index + hit[0].length;
  }
  nodes.push(text.slice(from));
  return nodes.filter((node) => node !== "");
}

function inlineNode([whole, , code, strong, strongToo, em, emToo, strike, label, url, bare]) {
  if (code) return el("code", { class: "code" }, code);
  if (strong || strongToo) return el("b", {}, ...inline(strong || strongToo));
  if (em || emToo) return el("i", {}, ...inline(em || emToo));
  if (strike) return el("s", {}, ...inline(strike));
  if (url) return link(url, label || url);
  return bare ? link(bare) : document.createTextNode(whole);
}
