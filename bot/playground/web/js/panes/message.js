/** One message: its author, time, content, files and replies. */

import { renderBlocks } from "../blocks/index.js";
import { el, icon } from "../dom.js";
import { fileSize } from "../elements/files.js";
import { clockTime } from "../text/dates.js";
import { messageText } from "../text/mrkdwn.js";
import { avatar } from "./avatar.js";
import { makeMessageTools } from "./message_tools.js";

/** The article of `message`. `makeContext(message)`: the context of its blocks. `isCompact`: without its author. */
export function makeMessage(message, { world, makeContext, replies = [], isCompact = false }) {
  const isEphemeral = Boolean(message.ephemeral_to);
  const names = ["message", isEphemeral && "ephemeral", isCompact && "compact"].filter(Boolean).join(" ");
  const data = { testid: "message", ts: message.ts, ephemeral: String(isEphemeral) };
  const content = el(
    "div",
    { class: "content" },
    isCompact ? null : head(message, world),
    body(message, makeContext(message)),
  );
  content.append(...(message.files ?? []).map(makeFileTile));
  if (replies.length) content.append(thread(replies, { world, makeContext }));
  const only = isEphemeral ? el("div", { class: "only-you" }, icon("eye"), "Only visible to you") : null;
  const tools = makeMessageTools(message, world, makeContext(message));
  const side = isCompact ? el("time", { class: "side-time" }, clockTime(message.at)) : avatar(message.user, world);
  const label = `${world.personName(message.user)}, ${clockTime(message.at)}`;
  return el("article", { class: names, data, tabindex: -1, "aria-label": label }, only, side, content, tools);
}

function head(message, world) {
  const isApp = message.user === world.bot.user_id;
  const when = new Date(message.at * 1000);
  return el(
    "div",
    { class: "message-head" },
    el("bdi", { class: "author" }, world.personName(message.user)),
    isApp ? el("span", { class: "app-badge" }, "App") : null,
    el(
      "time",
      { class: "message-time", datetime: when.toISOString(), title: when.toLocaleString() },
      clockTime(message.at),
    ),
  );
}

function body(message, context) {
  const isBlocks = message.blocks?.length > 0;
  const node = isBlocks ? renderBlocks(message.blocks, context) : messageText(message.text ?? "", context);
  if (!message.edited) return node;
  const mark = el("span", { class: "edited" }, "(edited)");
  if (isBlocks) return el("div", {}, node, mark);
  node.append(" ", mark);
  return node;
}

function makeFileTile(file) {
  const words = el(
    "span",
    { class: "file-words" },
    el("bdi", {}, file.name),
    el("span", { class: "file-size" }, fileSize(file.size ?? 0)),
  );
  const props = { class: "file-tile", href: file.url, download: file.name, data: { testid: "file" } };
  return el("a", props, icon("file"), words, icon("download"));
}

function thread(replies, tools) {
  const list = el("div", { class: "replies" }, ...replies.map((reply) => makeMessage(reply, tools)));
  const words = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
  const button = el(
    "button",
    { type: "button", class: "link-button reply-count", "aria-expanded": "true" },
    icon("thread"),
    words,
  );
  button.addEventListener("click", () => {
    list.hidden = !list.hidden;
    button.setAttribute("aria-expanded", String(!list.hidden));
  });
  return el("div", { class: "thread" }, button, list);
}
