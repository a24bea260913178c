/** rich_text: sections, lists, quotes and preformatted text. Its text is literal. */

import { el } from "../dom.js";
import { dateNode } from "../text/dates.js";
import { broadcastMention, channelMention, emojiNode, groupMention, link, userMention } from "../text/mentions.js";
import { unknownBox } from "./unknown.js";

const BULLETS = ["disc", "circle", "square"];
const NUMBERS = ["decimal", "lower-alpha", "lower-roman"];

export function richText(block, place) {
  const env = place.context;
  const counters = new Map();
  return el("div", { class: "rich-text", dir: "auto" }, ...block.elements.map((part) => partNode(part, env, counters)));
}

function partNode(part, env, counters) {
  if (part.type !== "rich_text_list") counters.clear();
  switch (part.type) {
    case "rich_text_section":
      return el("div", { class: "rich-section" }, ...runs(part.elements, env));
    case "rich_text_quote":
      return el("blockquote", { class: "quote" }, ...runs(part.elements, env));
    case "rich_text_preformatted":
      return el("pre", { class: `pre${part.border ? " pre-bordered" : ""}` }, ...runs(part.elements, env));
    case "rich_text_list":
      return listNode(part, env, counters);
    default:
      return unknownBox("rich text part", part);
  }
}

/** Lists of different indents follow one another at the same level. An ordered one continues to count after a deeper one. */
function listNode(part, env, counters) {
  const indent = Math.min(part.indent ?? 0, 8);
  for (const deeper of [...counters.keys()]) if (deeper > indent) counters.delete(deeper);
  const start = (counters.get(indent) ?? 0) + 1;
  const isOrdered = part.style === "ordered";
  const items = part.elements.map((item) => el("li", {}, ...runs(item.elements, env)));
  if (isOrdered) counters.set(indent, start - 1 + items.length);
  const node = el(
    isOrdered ? "ol" : "ul",
    { class: `rich-list${part.border ? " bordered" : ""}`, start: isOrdered ? start : null },
    ...items,
  );
  node.style.marginInlineStart = `${indent * 1.75}rem`;
  node.style.listStyleType = (isOrdered ? NUMBERS : BULLETS)[indent % 3];
  return node;
}

/** The inline elements of one part. */
export function runs(elements, env) {
  return elements.map((element) => styled(runNode(element, env), element.style));
}

function runNode(element, env) {
  switch (element.type) {
    case "text":
      return document.createTextNode(element.text);
    case "link":
      return link(element.url, element.text ? el("bdi", {}, element.text) : element.url);
    case "emoji":
      return emojiNode(element.name);
    case "user":
      return userMention(element.user_id, "", env);
    case "channel":
      return channelMention(element.channel_id, "", env);
    case "usergroup":
      return groupMention(element.usergroup_id, "");
    case "broadcast":
      return broadcastMention(element.range);
    case "date":
      return dateRun(element);
    case "color":
      return colorRun(element);
    default:
      return unknownBox("rich text element", element);
  }
}

function dateRun(element) {
  const node = dateNode(element.timestamp, element.format, element.fallback);
  return element.url ? link(element.url, node) : node;
}

function colorRun(element) {
  const swatch = el("span", { class: "swatch" });
  if (/^#[0-9a-f]{3,8}$/i.test(element.value)) swatch.style.backgroundColor = element.value;
  return el("span", {}, swatch, element.value);
}

const TAGS = { bold: "b", italic: "i", strike: "s", underline: "u" };

function styled(node, style) {
  let result = node;
  for (const [name, tag] of Object.entries(TAGS)) if (style?.[name]) result = el(tag, {}, result);
  return style?.code ? el("code", { class: "code" }, result) : result;
}
