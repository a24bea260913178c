/** The composer: completion, history, drafts, pending messages, errors. */

import { el, icon, iconButton } from "../dom.js";
import { post, upload } from "../posts.js";
import { makeAttachButton } from "./attaching.js";
import { makeShortcutsButton } from "./shortcuts.js";
import { Completion, findFitting, listLines, completeMentions } from "./completion.js";
import { TypedHistory } from "./typed_history.js";

const MAX_HEIGHT_PX = 200;

/** Sends the typed text as the person of `viewing`, to the channel of `viewing`. */
export class Composer {
  constructor(world, viewing) {
    Object.assign(this, { world, viewing, listLines });
    this.history = new TypedHistory();
    this.drafts = new Map();
    this.where = "";
    this.completion = new Completion((line) => this.accept(line));
    // Outside the form, because it also shows errors of presses on the Home tab, where the composer is hidden.
    this.error = el("div", {
      class: "composer-error",
      role: "alert",
      hidden: true,
      data: { testid: "composer-error" },
    });
    this.pending = el("ul", { class: "composer-pending", "aria-label": "Sending…" });
    this.node = el("form", { class: "composer", on: { submit: (event) => this.onSubmit(event) } });
    const attach = makeAttachButton((file) => this.share(file));
    const shortcuts = makeShortcutsButton(world, (callback_id) => this.useShortcut(callback_id));
    this.replying = el("div", { class: "composer-thread", hidden: true, data: { testid: "replying" } });
    this.thread = null;
    this.node.append(
      this.pending,
      this.replying,
      el("div", { class: "composer-frame" }, this.completion.node, attach, shortcuts, this.makeBox(), this.makeSend()),
      makeHintLine(),
    );
  }

  makeBox() {
    const aria = {
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-controls": this.completion.node.id,
      "aria-expanded": "false",
    };
    this.box = el("textarea", {
      id: "composer-box",
      rows: 1,
      autocomplete: "off",
      spellcheck: "false",
      ...aria,
      data: { testid: "composer" },
    });
    this.box.addEventListener("input", () => this.onInput());
    this.box.addEventListener("keydown", (event) => this.onKey(event));
    this.box.addEventListener("blur", () => this.closeList());
    return this.box;
  }

  makeSend() {
    this.sendButton = el(
      "button",
      { type: "submit", class: "send", "aria-label": "Send", title: "Send", disabled: true },
      icon("send"),
    );
    return this.sendButton;
  }

  /** What to try first: a command, or its words alone in direct messages with the app. */
  example(channel) {
    return channel?.kind === "im" && this.world.bot.name ? "help" : (this.world.commands[0]?.command ?? "/batch");
  }

  /** Shows the draft of the open channel. */
  showDraft() {
    const where = `${this.viewing.person}|${this.viewing.channel}`;
    if (where === this.where) return;
    this.drafts.set(this.where, this.box.value);
    this.where = where;
    this.history.reset();
    const channel = this.viewing.current();
    const place = channel?.kind === "im" ? this.world.bot.name : `#${channel?.name}`;
    this.box.placeholder = `Message ${place}, or try ${this.example(channel)}`;
    this.box.setAttribute("aria-label", `Message ${place}`);
    this.set(this.drafts.get(where) ?? "");
    this.complain("");
    this.replyTo(null);
  }

  /** Writes in the thread of `message` until another channel is opened, or outside of threads with null. */
  replyTo(message) {
    this.thread = message && (message.thread_ts ?? message.ts);
    this.replying.hidden = !message;
    if (!message) return;
    const stop = iconButton("close", "Stop replying in the thread", () => this.replyTo(null));
    const name = this.world.personName(message.user);
    this.replying.replaceChildren(icon("thread"), el("span", {}, "Replying in the thread of ", el("bdi", {}, name)), stop);
    this.box.focus();
  }

  useShortcut(callback_id) {
    return post("shortcut", { user: this.viewing.person, callback_id }).catch((error) => this.complain(error.message));
  }

  /** Puts a line into the box, and the cursor after it. */
  put(line) {
    this.set(line);
    this.box.focus();
    this.box.setSelectionRange(line.length, line.length);
  }

  set(text) {
    this.box.value = text;
    this.sendButton.disabled = !text.trim();
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, MAX_HEIGHT_PX)}px`;
    this.closeList();
  }

  /** Shows an error until the next line is sent. */
  complain(words) {
    this.error.hidden = !words;
    const dismiss = iconButton("close", "Dismiss", () => this.complain(""));
    this.error.replaceChildren(...(words ? [icon("warning"), el("span", { dir: "auto" }, words), dismiss] : []));
  }

  onInput() {
    this.history.reset();
    this.set(this.box.value);
    this.suggest();
  }

  /** Selects the first line only while the command's name is unfinished, because then Enter cannot mean "send". */
  suggest() {
    const lines = this.world.commands.flatMap(listLines);
    const typed = this.box.value.trimStart();
    const isName = !typed.includes(" ") && !this.world.commands.some((command) => command.command === typed);
    const mentioned = [...this.world.players(), this.world.bot];
    const offered = [...completeMentions(mentioned, typed), ...findFitting(lines, typed)];
    this.completion.open(offered, isName ? 0 : -1);
    this.updateListState();
  }

  closeList() {
    this.completion.close();
    this.updateListState();
  }

  updateListState() {
    const { isOpen, active, node } = this.completion;
    this.box.setAttribute("aria-expanded", String(isOpen));
    if (isOpen && active >= 0) this.box.setAttribute("aria-activedescendant", `${node.id}-${active}`);
    else this.box.removeAttribute("aria-activedescendant");
  }

  accept(line) {
    const all = this.world.commands.flatMap(listLines);
    const goesOn = all.some((each) => each.line.startsWith(`${line} `));
    this.put(goesOn ? `${line} ` : line);
    if (goesOn) this.suggest();
  }

  onKey(event) {
    if (event.isComposing) return;
    if (this.completion.isOpen && this.listKey(event)) return event.preventDefault();
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.send();
    }
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const older = step && this.history.step(step, this.box.value);
    if (typeof older !== "string") return undefined;
    event.preventDefault();
    return this.put(older);
  }

  /** Handles a key for the open list. Returns whether it did. */
  listKey(event) {
    const { completion } = this;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") completion.move(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Escape") completion.close();
    else if (
      (event.key === "Tab" && !event.shiftKey) ||
      (event.key === "Enter" && !event.shiftKey && completion.active >= 0)
    )
      completion.accept();
    else return false;
    this.updateListState();
    return true;
  }

  onSubmit(event) {
    event.preventDefault();
    this.send();
  }

  async send() {
    const text = this.box.value.trim();
    if (!text) return;
    const { where, thread } = this;
    this.history.add(text);
    this.set("");
    this.complain("");
    const isSent = await this.showPending(text, () =>
      post("command", { user: this.viewing.person, channel: this.viewing.channel, text, thread_ts: thread }),
    );
    if (!isSent && where === this.where && !this.box.value) this.set(text);
  }

  /** Shares a file in the open channel. */
  share(file) {
    this.complain("");
    return this.showPending(file.name, () => upload(this.viewing.person, file, this.viewing.channel));
  }

  /** Shows `words` as being sent while `work()` runs. Returns false and shows the error if it fails. */
  async showPending(words, work) {
    const { where } = this;
    const row = el("li", {}, el("span", { class: "spinner", "aria-hidden": "true" }), el("bdi", {}, words));
    this.pending.append(row);
    try {
      await work();
      return true;
    } catch (error) {
      if (where === this.where) this.complain(error.message);
      return false;
    } finally {
      row.remove();
    }
  }
}

function makeHintLine() {
  const keys = [
    ["Enter", "send"],
    ["Shift Enter", "new line"],
    ["Tab", "complete"],
    ["↑", "earlier lines"],
  ];
  const parts = keys.map(([key, does]) => el("span", {}, el("kbd", {}, key), ` ${does}`));
  return el("div", { class: "composer-hint", "aria-hidden": "true" }, ...parts);
}
