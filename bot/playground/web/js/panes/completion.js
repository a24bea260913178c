/** The list of commands that match the typed text. */

import { el, uniqueId } from "../dom.js";

/** The lines that a command can be completed to: [{line, hint}], the bare command first. */
export function listLines(command) {
  const whole = (text) => (text.startsWith("/") ? text : `${command.command} ${text}`);
  const lines = (command.completions ?? []).map(({ text, hint }) => ({ line: whole(text).trim(), hint: hint ?? "" }));
  const isThere = lines.some(({ line }) => line === command.command);
  return isThere ? lines : [{ line: command.command, hint: command.hint ?? "" }, ...lines];
}

/** The `lines` that match `typed`: first those that start with it, then those with a later word that does. */
export function findFitting(lines, typed) {
  const wanted = typed.trimStart().toLowerCase();
  if (!wanted.startsWith("/") || wanted.includes("\n")) return [];
  const begins = lines.filter(({ line }) => line.toLowerCase().startsWith(wanted) && line.toLowerCase() !== wanted);
  const word = wanted.replace(/^\/\S*\s*/, "") || wanted.slice(1);
  const inside = lines.filter(
    (each) => !begins.includes(each) && word && !wanted.includes(" ") && each.line.toLowerCase().includes(` ${word}`),
  );
  return [...begins, ...inside];
}

/** The lines in which an unfinished @name at the end is completed to one of `people`. */
export function completeMentions(people, typed) {
  const [, before, begun] = /^((?:.*\s)?@)([^\s@]*)$/s.exec(typed) ?? [];
  if (before === undefined) return [];
  const named = people.map(({ name }) => ({ handle: name.split(" ")[0].toLowerCase(), hint: name }));
  const fits = named.filter(({ handle }) => handle.startsWith(begun.toLowerCase()) && handle !== begun.toLowerCase());
  return fits.map(({ handle, hint }) => ({ line: `${before}${handle}`, hint }));
}

/** A listbox above the composer. `active` is -1 until someone selects with the arrow keys. */
export class Completion {
  constructor(onAccept) {
    this.onAccept = onAccept;
    this.node = el("ul", {
      class: "completion",
      role: "listbox",
      id: uniqueId("completion"),
      "aria-label": "Commands",
      hidden: true,
    });
    this.node.dataset.testid = "completion";
    this.close();
  }

  get isOpen() {
    return this.items.length > 0;
  }

  open(items, active) {
    this.items = items;
    this.active = active;
    this.node.hidden = items.length === 0;
    this.draw();
  }

  close() {
    this.open([], -1);
  }

  move(by) {
    const count = this.items.length;
    this.active = this.active < 0 && by < 0 ? count - 1 : (this.active + by + count) % count;
    this.draw();
  }

  /** Accepts the selected line, or the first. */
  accept() {
    const { line } = this.items[Math.max(this.active, 0)];
    this.close();
    this.onAccept(line);
  }

  draw() {
    const nodes = this.items.map(({ line, hint }, index) => this.row(line, hint, index));
    this.node.replaceChildren(...nodes);
    nodes[this.active]?.scrollIntoView({ block: "nearest" });
  }

  row(line, hint, index) {
    const isActive = index === this.active;
    const take = () => {
      this.active = index;
      this.accept();
    };
    const props = {
      role: "option",
      id: `${this.node.id}-${index}`,
      "aria-selected": String(isActive),
      class: isActive ? "active" : null,
    };
    const on = { mousedown: (event) => event.preventDefault(), click: take };
    return el(
      "li",
      { ...props, on },
      el("span", { class: "completion-line" }, line),
      el("span", { class: "completion-hint" }, hint),
    );
  }
}
