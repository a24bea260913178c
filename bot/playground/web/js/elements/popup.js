/** A panel attached to a button. Escape or a click elsewhere closes it and returns the focus. */

import { el } from "../dom.js";

const GAP = 4;

/** Opens `content` below or above `anchor`. Returns a function that closes it. `onClose` is called once. */
export function openPopup(anchor, content, onClose = () => {}) {
  const panel = el("div", { class: "popup", popover: "auto" }, content);
  anchor.after(panel);
  anchor.setAttribute("aria-expanded", "true");
  panel.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    anchor.setAttribute("aria-expanded", "false");
    const hadFocus = panel.contains(document.activeElement) || document.activeElement === document.body;
    panel.remove();
    if (hadFocus) anchor.focus();
    onClose();
  });
  panel.showPopover();
  positionNear(anchor, panel);
  return () => panel.isConnected && panel.hidePopover();
}

function positionNear(anchor, panel) {
  const box = anchor.getBoundingClientRect();
  panel.style.minWidth = `${Math.min(box.width, innerWidth - 2 * GAP)}px`;
  const size = panel.getBoundingClientRect();
  const isBelow = box.bottom + GAP + size.height <= innerHeight || box.top < size.height;
  const top = isBelow ? box.bottom + GAP : box.top - GAP - size.height;
  panel.style.top = `${Math.max(GAP, Math.min(top, innerHeight - size.height - GAP))}px`;
  const left = box.left > innerWidth / 2 ? box.right - size.width : box.left;
  panel.style.left = `${Math.max(GAP, Math.min(left, innerWidth - size.width - GAP))}px`;
}
