/** The sidebar: the workspace, the current person, channels, apps, the theme. */

import { el, icon, iconButton } from "../dom.js";
import { isDark, toggleTheme } from "../theme.js";
import { avatar } from "./avatar.js";
import { makeTimeControls } from "./time.js";

/** Draws itself into `node`; `actions`: `become(person)`, `open(channel)`, `closeDrawer()`, `complain(words)`. */
export class Sidebar {
  constructor(node, world, viewing, actions) {
    Object.assign(this, { node, world, viewing, actions });
  }

  draw() {
    const focused = this.node.contains(document.activeElement) ? document.activeElement.dataset.testid : null;
    const channels = this.world.listChannels(this.viewing.person);
    const rows = (kind) =>
      channels.filter((channel) => channel.kind === kind).map((channel) => this.makeChannelRow(channel));
    this.node.replaceChildren(
      this.head(),
      this.makePersonSwitch(),
      el("h2", { class: "side-title" }, "Channels"),
      el("ul", { class: "side-list" }, ...rows("channel")),
      el("h2", { class: "side-title" }, "Apps"),
      el("ul", { class: "side-list" }, ...rows("im")),
      this.foot(),
    );
    if (focused) this.node.querySelector(`[data-testid="${focused}"]`)?.focus();
  }

  head() {
    const words = el(
      "div",
      {},
      el("div", { class: "workspace" }, "Batchdesk demo"),
      el("div", { class: "simulated" }, "simulated Slack"),
    );
    const close = iconButton("close", "Close the menu", this.actions.closeDrawer, {
      class: "icon-button drawer-close",
    });
    return el("div", { class: "side-head" }, avatar(this.world.bot.user_id, this.world), words, close);
  }

  makePersonSwitch() {
    const people = this.world.players().map((person) => this.makePersonButton(person));
    return el(
      "div",
      { class: "people", role: "group", "aria-labelledby": "you-are" },
      el("div", { id: "you-are", class: "you-are" }, "You are"),
      ...people,
    );
  }

  makePersonButton(person) {
    const isMe = person.id === this.viewing.person;
    const words = el(
      "span",
      { class: "person-words" },
      el("bdi", { class: "person-name" }, person.name),
      el("span", { class: "person-title" }, person.title ?? ""),
    );
    const dot =
      !isMe && this.viewing.unreadAnywhere(person.id)
        ? el("span", { class: "unread-dot", title: "Unread messages" })
        : null;
    const props = {
      type: "button",
      class: "person",
      "aria-pressed": String(isMe),
      data: { testid: `person-${person.id}` },
    };
    return el(
      "button",
      { ...props, on: { click: () => this.actions.become(person.id) } },
      avatar(person.id, this.world),
      words,
      dot,
    );
  }

  makeChannelRow(channel) {
    const { viewing, world } = this;
    const isDirect = channel.kind === "im";
    const unread = viewing.unread(viewing.person, channel.id);
    const isHere = channel.id === viewing.channel;
    const name = isDirect ? world.bot.name : channel.name;
    const sign = isDirect ? avatar(world.bot.user_id, world) : icon("hash");
    const count = unread
      ? el("span", { class: "unread-count" }, String(unread), el("span", { class: "visually-hidden" }, " unread"))
      : null;
    const props = {
      type: "button",
      class: `channel${unread ? " unread" : ""}`,
      data: { testid: `channel-${channel.id}` },
    };
    const open = { "aria-current": isHere ? "page" : null, on: { click: () => this.actions.open(channel.id) } };
    return el(
      "li",
      {},
      el(
        "button",
        { ...props, ...open },
        sign,
        el("bdi", { class: "channel-name" }, name),
        isDirect ? el("span", { class: "app-badge" }, "App") : null,
        count,
      ),
    );
  }

  foot() {
    const label = isDark() ? "Light theme" : "Dark theme";
    const flip = () => {
      toggleTheme();
      this.draw();
    };
    const props = { type: "button", class: "theme", data: { testid: "theme" }, on: { click: flip } };
    const theme = el("button", props, icon(isDark() ? "sun" : "moon"), label);
    const time = this.world.letsTimePass && makeTimeControls(this.world.secondsPassed, this.actions.complain);
    return el("div", { class: "side-foot" }, time, theme);
  }
}
