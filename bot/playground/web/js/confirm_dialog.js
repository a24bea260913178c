/** The dialog for an element's `confirm` object, shown before its press is sent. */

import { el } from "./dom.js";
import { plainText, textObject } from "./text/mrkdwn.js";

/** Resolves to true if the person confirmed. Escape and the deny button resolve to false. */
export function askConfirm(confirm, context) {
  const before = document.activeElement;
  const style = confirm.style === "danger" ? "button-danger" : "button-primary";
  const choose = (answer) => () => dialog.close(answer);
  const deny = el("button", { type: "button", class: "button", on: { click: choose("no") } }, plainText(confirm.deny));
  const yes = el(
    "button",
    { type: "button", class: `button ${style}`, on: { click: choose("yes") } },
    plainText(confirm.confirm),
  );
  const title = el("h2", { class: "dialog-title", id: "confirm-title" }, plainText(confirm.title));
  const body = el("div", { class: "dialog-body" }, textObject(confirm.text, context));
  const props = { class: "dialog dialog-small", "aria-labelledby": "confirm-title", data: { testid: "confirm" } };
  const dialog = el("dialog", props, title, body, el("div", { class: "dialog-foot" }, deny, yes));
  document.body.append(dialog);
  dialog.showModal();
  deny.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (before?.isConnected) before.focus();
      resolve(dialog.returnValue === "yes");
    });
  });
}
