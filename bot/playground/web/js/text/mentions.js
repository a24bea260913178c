/** The pills and links a text can hold: people, channels, groups, whole-channel pings, urls, emoji. */

import { el } from "../dom.js";
import { emojiFor } from "./emoji.js";

const SAFE_URL = /^(https?:|mailto:|tel:)/i;

/** A person; the viewer himself stands out. `label` is used for somebody the world does not know. */
export function userMention(id, label, env) {
  const known = env.world.people.has(id) || id === env.world.bot.user_id;
  const name = known ? env.world.personName(id) : label || id;
  return el(
    "span",
    { class: `mention${id === env.viewer ? " mention-me" : ""}`, title: id },
    el("bdi", {}, `@${name}`),
  );
}

export function channelMention(id, label, env) {
  const name = env.world.channels.get(id)?.name || label || id;
  return el("span", { class: "mention", title: id }, el("bdi", {}, `#${name.replace(/^#/, "")}`));
}

export function groupMention(id, label) {
  return el("span", { class: "mention", title: id }, el("bdi", {}, `@${(label || id).replace(/^@/, "")}`));
}

/** @here, @channel, @everyone: drawn so that nobody overlooks that it would ping people. */
export function broadcastMention(range) {
  return el("span", { class: "mention mention-broadcast", title: `This notifies people: @${range}` }, `@${range}`);
}

/** A link, when its protocol is one a link may have; else the words alone. */
export function link(url, ...label) {
  if (!SAFE_URL.test(url)) return el("span", {}, ...(label.length ? label : [url]));
  return el(
    "a",
    { href: url, target: "_blank", rel: "noopener noreferrer", class: "link" },
    ...(label.length ? label : [url]),
  );
}

/** The emoji of that name, or `:name:` as text. */
export function emojiNode(name) {
  const characters = emojiFor(name);
  if (!characters) return document.createTextNode(`:${name}:`);
  return el(
    "span",
    { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` },
    characters,
  );
}
