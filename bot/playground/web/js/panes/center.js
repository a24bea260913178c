/** The center pane: the channel's head and tabs, and below them the messages with the composer, or the Home tab. */

import { el, iconButton } from "../dom.js";
import { acceptDrops } from "./attaching.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { makeHome } from "./home.js";

const MAX_EXAMPLES = 6;

/** `tools`: `messageContext(message)`, `homeContext(view)`, `openTab(tab)`, `openDrawer()`, `toggleTraffic()`. */
export class Center {
  constructor(node, world, viewing, tools) {
    Object.assign(this, { node, world, viewing, tools });
    this.composer = new Composer(world, viewing);
    this.list = el("div", {
      class: "messages",
      role: "log",
      "aria-live": "off",
      "aria-label": "Messages",
      tabindex: 0,
    });
    this.homeHolder = el("div", { class: "home-holder" });
    this.head = el("header", { class: "center-head" });
    const emptyNode = () => this.empty();
    this.conversation = new Conversation(this.list, world, viewing, { makeContext: tools.messageContext, emptyNode });
    acceptDrops(
      node,
      () => viewing.tab === "messages",
      (file) => this.composer.share(file),
    );
    this.closed = el(
      "p",
      { class: "composer-closed", hidden: true, data: { testid: "composer-closed" } },
      "Sending messages to this app has been turned off.",
    );
    node.replaceChildren(
      this.head,
      this.list,
      this.homeHolder,
      this.composer.error,
      this.closed,
      this.composer.node,
    );
  }

  draw() {
    const isHome = this.viewing.tab === "home";
    this.drawHead();
    this.list.hidden = isHome;
    const canWrite = this.world.canWrite(this.viewing.current());
    this.composer.node.hidden = isHome || !canWrite;
    this.closed.hidden = isHome || canWrite;
    this.homeHolder.hidden = !isHome;
    if (isHome) this.drawHome();
    else {
      this.conversation.draw();
      this.composer.showDraft();
    }
  }

  drawHead() {
    const { tools, world, viewing } = this;
    const focused = this.head.contains(document.activeElement) ? document.activeElement.dataset.testid : null;
    const menu = iconButton("menu", "Open the menu", tools.openDrawer, {
      class: "icon-button drawer-open",
      "data-testid": "open-menu",
    });
    const traffic = iconButton("traffic", "Show or hide the traffic", tools.toggleTraffic, {
      class: "icon-button traffic-toggle",
      "data-testid": "toggle-traffic",
    });
    const channel = viewing.current();
    const isDirect = channel?.kind === "im";
    const title = el("h1", { class: "center-title" }, isDirect ? world.bot.name : `#${channel?.name ?? ""}`);
    this.head.replaceChildren(menu, title, isDirect ? this.tabs() : this.about(channel), traffic);
    if (focused) this.head.querySelector(`[data-testid="${focused}"]`)?.focus();
  }

  about(channel) {
    const hasBot = channel?.members.includes(this.world.bot.user_id);
    const count = `${channel?.members.length ?? 0} members`;
    const shared = channel?.is_shared_externally ? " · shared with another organisation" : "";
    return el(
      "span",
      { class: "about" },
      `${count}${hasBot ? "" : ` · ${this.world.bot.name} is not in this channel`}${shared}`,
    );
  }

  tabs() {
    const tab = (name, label) => {
      const props = {
        type: "button",
        role: "tab",
        class: "tab",
        "aria-selected": String(this.viewing.tab === name),
        data: { testid: `tab-${name}` },
      };
      return el("button", { ...props, on: { click: () => this.tools.openTab(name) } }, label);
    };
    return el("div", { class: "tabs", role: "tablist" }, tab("home", "Home"), tab("messages", "Messages"));
  }

  drawHome() {
    const view = this.world.homes.get(this.viewing.person);
    const signature = `${this.viewing.person} ${JSON.stringify(view ?? null)}`;
    if (signature === this.homeSignature) return;
    this.homeSignature = signature;
    const { scrollTop } = this.homeHolder;
    this.homeHolder.replaceChildren(makeHome(view, view && this.tools.homeContext(view)));
    this.homeHolder.scrollTop = scrollTop;
  }

  empty() {
    const lines = this.world.commands.flatMap((command) => this.composer.listLines(command)).slice(0, MAX_EXAMPLES);
    const example = ({ line }) =>
      el("button", { type: "button", class: "example", on: { click: () => this.composer.put(line) } }, line);
    const place = this.viewing.current()?.kind === "im" ? this.world.bot.name : `#${this.viewing.current()?.name}`;
    return el(
      "div",
      { class: "empty", data: { testid: "empty" } },
      el("h2", {}, `Nothing here yet in ${place}`),
      el("p", {}, "Type a command, or start with one of these:"),
      el("div", { class: "examples" }, ...lines.map(example)),
    );
  }
}
