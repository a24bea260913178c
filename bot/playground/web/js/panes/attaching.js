/** Shares files in the open channel, either chosen beside the composer or dropped on the conversation. */

import { el, iconButton } from "../dom.js";

/** The button that opens a file chooser. `share(file)` is called for each file. */
export function makeAttachButton(share) {
  const choose = () => {
    const input = el("input", { type: "file", multiple: true });
    input.addEventListener("change", () => [...input.files].forEach(share));
    input.click();
  };
  return iconButton("attach", "Share a file", choose, { class: "icon-button attach", "data-testid": "attach" });
}

/** Accepts files that are dropped on `node` while `isOpen()` is true. */
export function acceptDrops(node, isOpen, share) {
  const isFile = (event) => isOpen() && event.dataTransfer?.types.includes("Files");
  node.addEventListener("dragover", (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
    node.classList.add("dropping");
  });
  node.addEventListener("dragleave", (event) => {
    if (!node.contains(event.relatedTarget)) node.classList.remove("dropping");
  });
  node.addEventListener("drop", (event) => {
    node.classList.remove("dropping");
    if (!isFile(event)) return;
    event.preventDefault();
    [...event.dataTransfer.files].forEach(share);
  });
}
