/** The messages of the open channel. After the first draw, only changes are drawn. */

import { el } from "../dom.js";
import { dayName } from "../text/dates.js";
import { messageKey } from "../world.js";
import { makeMessage } from "./message.js";

const NEAR_BOTTOM_PX = 80;
const COMPACT_WITHIN_S = 300;

/** `node` scrolls. `makeContext(message)` is as in message.js. `emptyNode()` makes the content of an empty channel. */
export class Conversation {
  constructor(node, world, viewing, { makeContext, emptyNode }) {
    Object.assign(this, { node, world, viewing, makeContext, emptyNode });
    this.shown = new Map();
    this.where = "";
  }

  draw() {
    const where = `${this.viewing.person}|${this.viewing.channel}`;
    const isElsewhere = where !== this.where;
    if (isElsewhere) this.shown.clear();
    this.where = where;
    const isAtBottom = this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight < NEAR_BOTTOM_PX;
    const entries = this.entries();
    const hasNew = entries.some((entry) => entry.message && !this.shown.has(entry.key));
    this.reconcile(entries.map((entry) => this.makeNode(entry, isElsewhere)));
    for (const key of this.shown.keys()) if (!entries.some((entry) => entry.key === key)) this.shown.delete(key);
    if (hasNew || isAtBottom || isElsewhere) this.node.scrollTop = this.node.scrollHeight;
  }

  /** The entries of the list: day lines and top-level messages, each with a signature of everything that it shows. */
  entries() {
    const all = this.world.listMessages(this.viewing.person, this.viewing.channel);
    const tops = all.filter((message) => !isReply(message, all));
    if (!tops.length) return [{ key: "empty", signature: "", build: this.emptyNode }];
    const entries = [];
    tops.forEach((message, index) => {
      const before = tops[index - 1];
      const day = dayName(message.at);
      const isNewDay = !before || dayName(before.at) !== day;
      if (isNewDay) entries.push({ key: `day-${day}-${message.ts}`, signature: day, build: () => makeDayLine(day) });
      entries.push(this.messageEntry(message, all, !isNewDay && isContinued(before, message)));
    });
    return entries;
  }

  messageEntry(message, all, isCompact) {
    const replies = all.filter((each) => each.thread_ts === message.ts && isReply(each, all));
    const build = () => makeMessage(message, { world: this.world, makeContext: this.makeContext, replies, isCompact });
    return { key: messageKey(message), message, signature: JSON.stringify([message, replies, isCompact]), build };
  }

  makeNode(entry, isElsewhere) {
    const old = this.shown.get(entry.key);
    if (old?.signature === entry.signature) return old.node;
    const node = entry.build();
    if (!isElsewhere) node.classList.add(old ? "flash" : "arrive");
    const focus = old?.node.contains(document.activeElement);
    if (old) old.node.replaceWith(node);
    if (focus) node.focus({ preventScroll: true });
    this.shown.set(entry.key, { node, signature: entry.signature });
    return node;
  }

  reconcile(nodes) {
    nodes.forEach((node, index) => {
      if (this.node.children[index] !== node) this.node.insertBefore(node, this.node.children[index] ?? null);
    });
    while (this.node.children.length > nodes.length) this.node.lastElementChild.remove();
  }
}

/** Whether a message is a reply to a message that is shown here. Other replies are shown as messages of their own. */
function isReply(message, all) {
  return message.thread_ts && message.thread_ts !== message.ts && all.some((each) => each.ts === message.thread_ts);
}

function isContinued(before, message) {
  const plain = (each) => !each.ephemeral_to && !each.blocks?.length && !each.files?.length;
  return before.user === message.user && plain(before) && plain(message) && message.at - before.at < COMPACT_WITHIN_S;
}

function makeDayLine(day) {
  return el("div", { class: "day", role: "separator", "aria-label": day }, el("span", {}, day));
}
