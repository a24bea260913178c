/** The world of the simulated Slack: people, channels, messages, views, homes, traffic. */

import { setSecondsAhead, simulatedNow } from "./text/dates.js";

const MAX_TRAFFIC = 400;

/** The identity of a message. An ephemeral one is a different message for each person. */
export function messageKey(message) {
  return `${message.channel}|${message.ts}|${message.ephemeral_to ?? ""}`;
}

/** Holds the newest state of everything. `apply` takes frames in the order they arrive. */
export class World {
  constructor() {
    this.people = new Map();
    this.channels = new Map();
    this.bot = { user_id: "", name: "" };
    this.commands = [];
    this.shortcuts = [];
    this.letsTimePass = false;
    this.secondsPassed = 0;
    this.takesMessages = true;
    this.messages = new Map();
    this.arrivals = new Map();
    this.stacks = new Map();
    this.homes = new Map();
    this.traffic = new Map();
    this.isKnown = false;
    this.counter = 0;
  }

  /** Applies one frame, by its `type`. */
  apply(frame) {
    const take = {
      world: () => this.replace(frame),
      message: () => this.put(frame.message),
      message_deleted: () => this.remove(frame),
      view: () => this.stacks.set(frame.user, frame.stack ?? []),
      home: () => this.homes.set(frame.user, frame.view),
      traffic: () => this.putTraffic(frame.entry),
      time: () => this.passTime(frame.seconds_passed),
      notice: () => this.putNotice(frame),
    }[frame.type];
    if (take) take();
    else console.warn("A frame of an unknown type:", frame.type);
  }

  replace(frame) {
    this.people = new Map(frame.people.map((person) => [person.id, person]));
    this.channels = new Map(frame.channels.map((channel) => [channel.id, channel]));
    this.bot = frame.bot;
    this.commands = frame.commands ?? [];
    this.shortcuts = frame.shortcuts ?? [];
    this.letsTimePass = frame.lets_time_pass === true;
    this.takesMessages = frame.takes_messages !== false;
    this.passTime(frame.seconds_passed ?? 0);
    this.messages = new Map();
    for (const message of frame.messages ?? []) this.put(message);
    this.stacks = new Map((frame.views ?? []).map((each) => [each.user, each.stack]));
    this.homes = new Map((frame.homes ?? []).map((each) => [each.user, each.view]));
    this.traffic = new Map();
    for (const entry of frame.traffic ?? []) this.putTraffic(entry);
    this.isKnown = true;
  }

  passTime(seconds) {
    this.secondsPassed = seconds;
    setSecondsAhead(seconds);
  }

  /** The shortcuts of a message, or those that belong to none. */
  listShortcuts(isGlobal) {
    return this.shortcuts.filter((shortcut) => Boolean(shortcut.is_global) === isGlobal);
  }

  /** Whether people can write here: not in direct messages with an app whose Messages tab is read-only. */
  canWrite(channel) {
    return this.takesMessages || channel?.kind !== "im";
  }

  put(message) {
    const key = messageKey(message);
    if (!this.arrivals.has(key)) this.arrivals.set(key, ++this.counter);
    this.messages.set(key, message);
  }

  remove({ channel, ts }) {
    for (const [key, message] of this.messages) {
      if (message.channel === channel && message.ts === ts) this.messages.delete(key);
    }
  }

  putTraffic(entry) {
    this.traffic.set(entry.id, entry);
    if (this.traffic.size > MAX_TRAFFIC) this.traffic.delete(this.traffic.keys().next().value);
  }

  /** Shows a notice of Slack itself as a message that only this person sees. As in Slack, a reload removes it. */
  putNotice({ user, channel, text }) {
    if (!channel) return; // for a press in a modal or on the Home tab: main.js shows the notice there
    const at = simulatedNow().getTime() / 1000;
    const own = {
      channel,
      user: "SLACK",
      text,
      blocks: [],
      ephemeral_to: user,
      thread_ts: null,
      edited: false,
      files: [],
    };
    this.put({ ...own, ts: `${at.toFixed(6)}`, at });
  }

  personName(id) {
    if (id === "SLACK") return "Simulated Slack";
    if (id === this.bot.user_id) return this.bot.name;
    return this.people.get(id)?.name ?? id;
  }

  /** The people whom this window can act as: everyone but bots. */
  players() {
    return [...this.people.values()].filter((person) => !person.is_bot && person.id !== this.bot.user_id);
  }

  /** The channels and direct messages of `person`. */
  listChannels(person) {
    return [...this.channels.values()].filter((channel) => channel.members.includes(person));
  }

  /** The messages of `channel` that `person` may see, oldest first. */
  listMessages(person, channel) {
    const seen = [...this.messages.values()].filter(
      (message) => message.channel === channel && (!message.ephemeral_to || message.ephemeral_to === person),
    );
    return seen.sort(
      (a, b) => Number(a.ts) - Number(b.ts) || this.arrivals.get(messageKey(a)) - this.arrivals.get(messageKey(b)),
    );
  }
}
