/** The modal of the current person: the top of the stack of views. */

import { renderBlocks } from "../blocks/index.js";
import { el, icon, iconButton } from "../dom.js";
import { post } from "../posts.js";
import { plainText } from "../text/mrkdwn.js";
import { checkForm } from "./modal_checks.js";

/** `makeContext(view, complain)` returns the context of the blocks, without `errors`. */
export class Modal {
  constructor(world, viewing, makeContext) {
    Object.assign(this, { world, viewing, makeContext });
    this.dialog = null;
    this.view = null;
    this.errors = new Map();
  }

  draw() {
    const stack = this.world.stacks.get(this.viewing.person) ?? [];
    const view = stack.at(-1) ?? null;
    if (!view) return this.close();
    if (view === this.view && this.dialog?.isConnected) return undefined;
    const isOther = view.id !== this.view?.id;
    if (isOther) this.errors.clear();
    this.view = view;
    if (!this.dialog) this.open();
    return this.fill(isOther, stack.length);
  }

  open() {
    this.before = document.activeElement;
    this.dialog = el("dialog", { class: "dialog modal", "aria-labelledby": "modal-title", data: { testid: "modal" } });
    this.dialog.addEventListener("cancel", (event) => {
      if (event.target !== this.dialog) return; // the event is from a file chooser inside the dialog
      event.preventDefault();
      this.dismiss();
    });
    document.body.append(this.dialog);
    this.dialog.showModal();
  }

  close() {
    this.dialog?.remove();
    if (this.dialog && this.before?.isConnected) this.before.focus();
    this.dialog = null;
    this.view = null;
  }

  fill(isOther, depth) {
    const { view, dialog } = this;
    const focus = document.activeElement?.closest("[data-action]");
    const where = focus && [focus.closest("[data-block]")?.dataset.block, focus.dataset.action];
    const body = el("div", { class: "modal-body" });
    const { scrollTop } = dialog.querySelector(".modal-body") ?? body;
    this.banner = el("div", { class: "modal-error", role: "alert", hidden: true });
    this.context = { ...this.makeContext(view, (words) => this.complain(words)), errors: this.errors };
    this.context.form.removeOtherBlocks(view.blocks.map((block, index) => block.block_id ?? `block-${index}`));
    body.append(renderBlocks(view.blocks, this.context));
    const form = el("form", { class: "modal-form", novalidate: true, on: { submit: (event) => this.submit(event) } });
    form.append(this.head(view, depth), this.banner, body, this.foot(view));
    dialog.replaceChildren(form);
    if (!isOther) body.scrollTop = scrollTop;
    this.focusOn(body, isOther ? null : where);
  }

  focusOn(body, where) {
    const same =
      where &&
      [...body.querySelectorAll("[data-action]")].find(
        (node) => node.dataset.action === where[1] && node.closest("[data-block]")?.dataset.block === where[0],
      );
    const field =
      same ?? body.querySelector("[data-focus]") ?? body.querySelector("input, textarea, .select");
    (field ?? this.dialog.querySelector(".modal-head .icon-button")).focus({ preventScroll: field !== same });
  }

  head(view, depth) {
    const title = el("h2", { class: "dialog-title", id: "modal-title" }, plainText(view.title));
    const stacked = depth > 1 ? el("span", { class: "depth" }, `${depth} deep`) : null;
    return el(
      "div",
      { class: "modal-head" },
      title,
      stacked,
      iconButton("close", "Close", () => this.dismiss()),
    );
  }

  foot(view) {
    const close = el(
      "button",
      { type: "button", class: "button", on: { click: () => this.dismiss() } },
      view.close ? plainText(view.close) : "Cancel",
    );
    if (!view.submit) return el("div", { class: "dialog-foot" }, close);
    this.submitButton = el("button", { type: "submit", class: "button button-primary" });
    this.submitButton.append(
      el("span", { class: "button-text" }, plainText(view.submit)),
      el("span", { class: "spinner", "aria-hidden": "true" }),
    );
    return el("div", { class: "dialog-foot" }, close, this.submitButton);
  }

  complain(words) {
    this.banner.hidden = !words;
    this.banner.replaceChildren(icon("warning"), el("span", { dir: "auto" }, words));
  }

  showErrors(errors) {
    this.errors.clear();
    for (const [block, words] of errors) this.errors.set(block, words);
    this.fill(false, (this.world.stacks.get(this.viewing.person) ?? []).length);
    const first = this.dialog.querySelector(".has-error");
    first?.scrollIntoView({ block: "nearest" });
    first?.querySelector("input, textarea, button")?.focus();
  }

  async submit(event) {
    event.preventDefault();
    const { view, context, submitButton } = this;
    if (!view.submit || submitButton.getAttribute("aria-busy") === "true") return;
    const missing = checkForm(view.blocks, context.form.values);
    if (missing.size) return this.showErrors(missing);
    if (this.errors.size) this.showErrors([]);
    await this.send("view_submit", { state: context.form.values });
  }

  dismiss() {
    return this.send("view_close", {});
  }

  async send(name, body) {
    const { view, dialog } = this;
    const button = this.submitButton;
    button?.classList.toggle("pending", name === "view_submit");
    button?.setAttribute("aria-busy", "true");
    const answer = await post(name, { user: this.viewing.person, view_id: view.id, ...body }).catch((error) => ({
      failure: error.message,
    }));
    for (const each of [button, this.submitButton]) {
      each?.classList.remove("pending");
      each?.removeAttribute("aria-busy");
    }
    if (this.dialog !== dialog || this.view?.id !== view.id) return;
    if (answer.failure) this.complain(answer.failure);
    else if (answer.response_action === "errors") this.showErrors(Object.entries(answer.errors ?? {}));
  }
}
