/** Slack's text objects as nodes: mrkdwn with its blocks (```pre```, > quotes), and plain_text. */

import { el } from "../dom.js";
import { appendCode, appendLine, decode } from "./inline.js";
import { emojiNode } from "./mentions.js";

const QUOTE = /^(?:>|&gt;) ?/;
const REST_QUOTE = /^(?:>>>|&gt;&gt;&gt;)\s?/;

/** A whole mrkdwn text; `env` as in inline.js. */
export function mrkdwn(text, env) {
  const holder = el("div", { class: "mrkdwn", dir: "auto" });
  text.split(/```([\s\S]+?)```/).forEach((part, index) => {
    if (index % 2) holder.append(preformatted(part, env));
    else appendLines(holder, index ? part.replace(/^\n/, "") : part, env);
  });
  return holder;
}

function preformatted(text, env) {
  const node = el("pre", { class: "pre" });
  appendCode(node, text.replace(/^\n/, "").replace(/\n$/, ""), env);
  return node;
}

function appendLines(holder, text, env) {
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at += 1) {
    const end = quoteEnd(lines, at);
    if (end > at) {
      holder.append(quote(lines.slice(at, end), env));
      at = end - 1;
    } else {
      appendLine(holder, lines[at], env);
      if (at < lines.length - 1 && quoteEnd(lines, at + 1) === at + 1) holder.append("\n");
    }
  }
}

/** The line after the quote that begins at line `at`, or `at` if none begins there. */
function quoteEnd(lines, at) {
  if (REST_QUOTE.test(lines[at])) return lines.length;
  let end = at;
  while (end < lines.length && QUOTE.test(lines[end])) end += 1;
  return end;
}

function quote(lines, env) {
  const node = el("blockquote", { class: "quote" });
  lines.forEach((line, index) => {
    if (index) node.append("\n");
    appendLine(node, index ? line.replace(QUOTE, "") : line.replace(REST_QUOTE, "").replace(QUOTE, ""), env);
  });
  return node;
}

/** plain_text: only :emoji: has a meaning. */
export function plainText(object) {
  const node = el("span", { class: "plain", dir: "auto" });
  let from = 0;
  const hits = object.emoji === false ? [] : object.text.matchAll(/:([a-z0-9_+'-]+):/g);
  for (const hit of hits) {
    node.append(object.text.slice(from, hit.index), emojiNode(hit[1]));
    from = hit.index + hit[0].length;
  }
  node.append(object.text.slice(from));
  return node;
}

/** A text object in a block. Without `verbatim`, Slack links bare URLs, @here and #channels, and so does this page. */
export function textObject(object, context) {
  if (object.type !== "mrkdwn") return plainText(object);
  const isFree = object.verbatim !== true;
  return mrkdwn(object.text, { world: context.world, viewer: context.viewer, urls: isFree, names: isFree });
}

/** The top-level `text` of a message: bare urls are linked, bare names are not (no `link_names`). */
export function messageText(text, context) {
  return mrkdwn(text, { world: context.world, viewer: context.viewer, urls: true, names: false });
}

/** mrkdwn as plain text, for screen readers and labels. */
export function toSpokenText(text) {
  const words = text
    .replace(/<!date\^[^|>]*\|([^>]*)>/g, "$1")
    .replace(/<[^|>]*\|([^>]*)>/g, "$1")
    .replace(/[*_~`]/g, "");
  return decode(words);
}
