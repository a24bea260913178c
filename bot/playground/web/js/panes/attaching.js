/** Sharing files in the open channel: chosen beside the composer, or dropped on the conversation. */

import { el, iconButton } from "../dom.js";

/** The button that lets one choose; `share(file)` is called for each file. */
export function attachButton(share) {
  const choose = () => {
    const input = el("input", { type: "file", multiple: true });
    input.addEventListener("change", () => [...input.files].forEach(share));
    input.click();
  };
  return iconButton("attach", "Share a file", choose, { class: "icon-button attach", "data-testid": "attach" });
}

/** Takes files dropped on `node`, where `isOpen()` says that there is a conversation to share them in. */
export function takeDrops(node, isOpen, share) {
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
