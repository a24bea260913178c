/** The mentions and links in a text: people, channels, groups, whole-channel mentions, URLs, emoji. */

import { el } from "../dom.js";
import { emojiFor } from "./emoji.js";

const SAFE_URL = /^(https?:|mailto:|tel:)/i;

/** A person. A mention of the viewer is highlighted. `label` is used for a person whom the world does not have. */
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

/** @here, @channel, @everyone: highlighted, because in Slack it notifies people. */
export function broadcastMention(range) {
  return el("span", { class: "mention mention-broadcast", title: `This notifies people: @${range}` }, `@${range}`);
}

/** A link if its protocol is allowed, otherwise only the words. */
export function link(url, ...label) {
  if (!SAFE_URL.test(url)) return el("span", {}, ...(label.length ? label : [url]));
  return el(
    "a",
    { href: url, target: "_blank", rel: "noopener noreferrer", class: "link" },
    ...(label.length ? label : [url]),
  );
}

/** The emoji of this name, or `:name:` as text. */
export function emojiNode(name) {
  const characters = emojiFor(name);
  if (!characters) return document.createTextNode(`:${name}:`);
  return el(
    "span",
    { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` },
    characters,
  );
}
