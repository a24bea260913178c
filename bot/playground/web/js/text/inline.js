/** One line of mrkdwn as nodes: styles, `<…>` sequences, and the words that Slack itself turns into links and mentions. */

import { el } from "../dom.js";
import { dateNode } from "./dates.js";
import { broadcastMention, channelMention, emojiNode, groupMention, link, userMention } from "./mentions.js";

const STYLES = { "*": "b", _: "i", "~": "s" };
const WORD = /[\p{L}\p{N}]/u;
const DEEPEST = 6;
const SPECIAL = /[<*_~`]/g;
const BARE_FORMS = [
  /(https?:\/\/[^\s<>|"]+)/,
  /(?<![\w&/])#([\p{L}\p{N}_-]{1,80})/u,
  /(?<![\w@.])@(here|channel|everyone)\b/,
  /(?<![\w:]):([a-z0-9_+'-]+):/,
  /([\w.+-]{1,64}@[\w-]+\.[a-z]{2,}(?:\.[a-z]{2,})*)/, // bounded: a long word must not cost its length squared
];
const BARE = new RegExp(BARE_FORMS.map((form) => form.source).join("|"), "gu");

/** `&amp; &lt; &gt;` and nothing else, once. */
export function decode(text) {
  return text.replace(/&(amp|lt|gt);/g, (_, name) => ({ amp: "&", lt: "<", gt: ">" })[name]);
}

/**
 * Appends one line to `parent`.
 * `env`: `world`, `viewer`, `urls` and `names` (whether bare urls, and bare @here and #general, are linked).
 */
export function appendLine(parent, text, env) {
  const hopeless = {};
  let from = 0;
  let at = 0;
  while (at < text.length) {
    SPECIAL.lastIndex = at;
    const hit = SPECIAL.exec(text);
    if (!hit) break;
    const piece = pieceAt(text, hit.index, env, hopeless);
    if (piece) {
      appendPlain(parent, text.slice(from, hit.index), env);
      parent.append(piece.node);
      from = piece.end;
    }
    at = piece ? piece.end : hit.index + 1;
  }
  appendPlain(parent, text.slice(from), env);
}

function pieceAt(text, index, env, hopeless) {
  const mark = text[index];
  if (mark === "<") return sequenceAt(text, index, env);
  if (hopeless[mark]) return null;
  if (mark === "`") return codeAt(text, index, env, hopeless);
  return styledAt(text, index, env, hopeless);
}

function codeAt(text, index, env, hopeless) {
  const end = text.indexOf("`", index + 2);
  if (end < 0) hopeless["`"] = true;
  if (end < 0 || text[index + 1] === "`") return null;
  const node = el("code", { class: "code" });
  appendCode(node, text.slice(index + 1, end), env);
  return { node, end: end + 1 };
}

/** Inside code, only the `<…>` sequences work: no styles, no bare words. */
export function appendCode(parent, text, env) {
  let from = 0;
  for (const hit of text.matchAll(/<[^<>\n]+>/g)) {
    const piece = sequenceAt(text, hit.index, env);
    if (!piece) continue;
    parent.append(decode(text.slice(from, hit.index)), piece.node);
    from = piece.end;
  }
  parent.append(decode(text.slice(from)));
}

/** `*bold*` opens after a blank or punctuation and closes before one, as in Slack: `msgbatch_01_a` stays as it is. */
function styledAt(text, index, env, hopeless) {
  const mark = text[index];
  const next = text[index + 1];
  const depth = (env.depth ?? 0) + 1;
  if (depth > DEEPEST) return null;
  if (!next || next === mark || /\s/.test(next) || (index > 0 && WORD.test(text[index - 1]))) return null;
  const end = closing(text, index, mark);
  if (end < 0) hopeless[mark] = true;
  if (end < 0) return null;
  const node = el(STYLES[mark]);
  appendLine(node, text.slice(index + 1, end), { ...env, depth });
  return { node, end: end + 1 };
}

function closing(text, index, mark) {
  for (let at = index + 2; at < text.length; at += 1) {
    if (text[at] === "`" || text[at] === "<") {
      const over = text.indexOf(text[at] === "<" ? ">" : "`", at + 1);
      if (over > 0) at = over;
    } else if (text[at] === mark && !/\s/.test(text[at - 1]) && !WORD.test(text[at + 1] ?? " ")) return at;
  }
  return -1;
}

/** `<…>`: a mention, a date or a link, or null. */
function sequenceAt(text, index, env) {
  const end = text.indexOf(">", index);
  if (end < 0) return null;
  const [target, ...rest] = text.slice(index + 1, end).split("|");
  const label = decode(rest.join("|"));
  const node = sequence(decode(target), label, env);
  return node && { node, end: end + 1 };
}

function sequence(target, label, env) {
  if (target.startsWith("@")) return userMention(target.slice(1), label, env);
  if (target.startsWith("#")) return channelMention(target.slice(1), label, env);
  if (!target.startsWith("!")) return /^[a-z][a-z0-9+.-]*:/i.test(target) ? link(target, ...labelNodes(label)) : null;
  if (target.startsWith("!date^")) return dateSequence(target, label);
  if (target.startsWith("!subteam^")) return groupMention(target.slice("!subteam^".length), label);
  if (/^!(here|channel|everyone)$/.test(target)) return broadcastMention(target.slice(1));
  return el("span", {}, label || `<${target}>`);
}

function labelNodes(label) {
  return label ? [el("bdi", {}, label)] : [];
}

function dateSequence(target, fallback) {
  const [, unix, format = "", url] = target.split("^");
  const node = dateNode(unix, format, fallback);
  return url ? link(url, node) : node;
}

/** Text without styles: entities, :emoji:, and, if `env` says so, the bare words that Slack links. */
export function appendPlain(parent, text, env) {
  let from = 0;
  for (const hit of text.matchAll(BARE)) {
    const found = bareWord(hit, env);
    if (!found) continue;
    parent.append(decode(text.slice(from, hit.index)), found.node);
    from = hit.index + found.length;
  }
  if (from < text.length) parent.append(decode(text.slice(from)));
}

function bareWord([whole, url, channel, range, emoji, email], env) {
  if (emoji) return { node: emojiNode(emoji), length: whole.length };
  if (url && env.urls) {
    const clean = url.replace(/[.,;:!?)'*_~\]]+$/, "");
    return { node: link(decode(clean)), length: clean.length };
  }
  if (email && env.urls) return { node: link(`mailto:${email}`, email), length: whole.length };
  if (range && env.names) return { node: broadcastMention(range), length: whole.length };
  if (channel && env.names) {
    const known = [...env.world.channels.values()].find((each) => each.kind === "channel" && each.name === channel);
    if (known) return { node: channelMention(known.id, channel, env), length: whole.length };
  }
  return null;
}
