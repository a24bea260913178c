/** The traffic pane: every payload and API call. */

import { el, iconButton } from "../dom.js";
import { makeRow, DIRECTIONS } from "./traffic_row.js";

const NEAR_BOTTOM_PX = 60;

/** `close()` hides the pane. */
export class Traffic {
  constructor(node, world, close) {
    Object.assign(this, { node, world });
    this.rows = new Map();
    this.cleared = -1;
    this.off = new Set();
    this.filter = el("input", {
      type: "search",
      class: "filter",
      placeholder: "Filter",
      "aria-label": "Filter the traffic",
      on: { input: () => this.applyFilter() },
    });
    this.list = el("ol", { class: "traffic-list", "aria-label": "Payloads and calls", tabindex: 0 });
    const clear = el(
      "button",
      { type: "button", class: "button button-small", on: { click: () => this.clear() } },
      "Clear",
    );
    const head = el(
      "div",
      { class: "traffic-head" },
      el("h2", {}, "Traffic"),
      clear,
      iconButton("close", "Hide the traffic", close),
    );
    this.node.replaceChildren(head, el("div", { class: "traffic-tools" }, this.filter, this.chips()), this.list);
  }

  chips() {
    const chip = (way) => {
      const node = el("button", { type: "button", class: `chip way-${way}`, "aria-pressed": "true" }, DIRECTIONS[way].words);
      node.addEventListener("click", () => {
        if (!this.off.delete(way)) this.off.add(way);
        node.setAttribute("aria-pressed", String(!this.off.has(way)));
        this.applyFilter();
      });
      return node;
    };
    return el("div", { class: "chips" }, ...Object.keys(DIRECTIONS).map(chip));
  }

  /** Draws everything again, after a new world. */
  draw() {
    this.rows.clear();
    this.list.replaceChildren();
    for (const entry of this.world.traffic.values()) this.put(entry);
  }

  /** Adds a new entry at the end, or updates an old one in place. */
  put(entry) {
    if (entry.id <= this.cleared) return;
    const isAtBottom = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < NEAR_BOTTOM_PX;
    const old = this.rows.get(entry.id);
    const row = makeRow(entry, old?.isOpen ?? false);
    this.rows.set(entry.id, row);
    row.node.hidden = !this.fits(entry);
    const hadFocus = old?.node.contains(document.activeElement);
    if (old) old.node.replaceWith(row.node);
    else this.list.append(row.node);
    if (hadFocus) row.button.focus();
    this.removeOldRows();
    if (isAtBottom) this.list.scrollTop = this.list.scrollHeight;
  }

  removeOldRows() {
    for (const [id, row] of this.rows) {
      if (this.world.traffic.has(id)) return;
      row.node.remove();
      this.rows.delete(id);
    }
  }

  fits(entry) {
    const wanted = this.filter.value.trim().toLowerCase();
    const words = `${entry.title} ${entry.status}`.toLowerCase();
    return !this.off.has(entry.direction) && words.includes(wanted);
  }

  applyFilter() {
    for (const row of this.rows.values()) row.node.hidden = !this.fits(row.entry);
  }

  clear() {
    this.cleared = Math.max(this.cleared, ...this.rows.keys());
    this.rows.clear();
    this.list.replaceChildren();
  }
}
