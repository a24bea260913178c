/** What this window shows: which person, channel and tab; and what that person has not read yet. */

import { messageKey } from "./world.js";

/** Stored in the address (`#as=…&in=…&tab=…`), so that a reload or a second window shows the same. */
export class Viewing {
  constructor(world) {
    this.world = world;
    const saved = new URLSearchParams(location.hash.slice(1));
    this.person = saved.get("as") ?? "";
    this.channel = saved.get("in") ?? "";
    this.tab = saved.get("tab") === "home" ? "home" : "messages";
    this.seen = new Map();
    this.firstArrival = null;
  }

  /** Selects a person and a channel that exist. The messages of the first world count as read. */
  settle() {
    if (this.firstArrival === null) this.firstArrival = this.world.counter;
    const players = this.world.players();
    if (!players.some((person) => person.id === this.person)) this.person = players[0]?.id ?? "";
    const mine = this.world.listChannels(this.person);
    if (!mine.some((channel) => channel.id === this.channel)) this.channel = mine[0]?.id ?? "";
    if (this.current()?.kind !== "im") this.tab = "messages";
    this.markRead();
    this.remember();
  }

  current() {
    return this.world.channels.get(this.channel);
  }

  /** Acts as another person. A direct message is replaced by that person's own. */
  become(person) {
    const wasDirect = this.current()?.kind === "im";
    const { tab } = this;
    this.person = person;
    if (wasDirect) this.channel = this.world.listChannels(person).find((channel) => channel.kind === "im")?.id ?? "";
    this.settle();
    if (wasDirect && this.current()?.kind === "im") this.tab = tab;
    this.remember();
  }

  open(channel, tab = "messages") {
    this.channel = channel;
    this.tab = tab;
    this.settle();
  }

  /** Records the last message that the person has seen in the channel, by the order of arrival. */
  markRead() {
    if (this.tab === "messages") this.seen.set(`${this.person}|${this.channel}`, this.world.counter);
  }

  unread(person, channel) {
    const seen = Math.max(this.seen.get(`${person}|${channel}`) ?? 0, this.firstArrival ?? 0);
    const fresh = this.world.listMessages(person, channel).filter((message) => message.user !== person);
    return fresh.filter((message) => this.world.arrivals.get(messageKey(message)) > seen).length;
  }

  unreadAnywhere(person) {
    return this.world.listChannels(person).some((channel) => this.unread(person, channel.id) > 0);
  }

  remember() {
    const hash = new URLSearchParams({
      as: this.person,
      in: this.channel,
      ...(this.tab === "home" ? { tab: "home" } : {}),
    });
    history.replaceState(null, "", `#${hash}`);
  }
}
