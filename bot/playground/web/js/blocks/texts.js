/** The basic blocks: header, section, context, actions, divider, image, markdown. */

import { el, icon } from "../dom.js";
import { renderElement } from "../elements/index.js";
import { markdown } from "../text/markdown.js";
import { plainText, textObject } from "../text/mrkdwn.js";
import { imageNode } from "./images.js";

const FOLD_CHARS = 700;
const FOLD_LINES = 16;

export function header(block) {
  const level = Math.min(Math.max(block.level ?? 1, 1), 4);
  return el("h3", { class: `header header-${level}` }, plainText(block.text));
}

export function section(block, place) {
  const body = el("div", { class: "section-body" });
  if (block.text) body.append(foldable(block, place));
  if (block.fields) {
    const fields = block.fields.map((field) => el("div", { class: "field" }, textObject(field, place.context)));
    body.append(el("div", { class: "fields" }, ...fields));
  }
  if (!block.accessory) return el("div", { class: "section" }, body);
  const accessory = el("div", { class: "accessory" }, renderElement(block.accessory, { ...place, isAccessory: true }));
  return el("div", { class: "section has-accessory" }, body, accessory);
}

/** Slack folds a long section text under "See more", unless the block says `expand`. */
function foldable(block, place) {
  const node = textObject(block.text, place.context);
  const isLong = block.text.text.length > FOLD_CHARS || block.text.text.split("\n").length > FOLD_LINES;
  if (!isLong || block.expand) return node;
  const { expanded } = place.context;
  const button = el("button", { type: "button", class: "see-more link-button" });
  const show = () => {
    const isOpen = expanded.has(place.blockId);
    node.classList.toggle("folded", !isOpen);
    button.textContent = isOpen ? "See less" : "See more";
    button.setAttribute("aria-expanded", String(isOpen));
  };
  button.addEventListener("click", () => {
    if (!expanded.delete(place.blockId)) expanded.add(place.blockId);
    show();
  });
  show();
  return el("div", {}, node, button);
}

export function context(block, place) {
  const parts = block.elements.map((element) =>
    element.type === "image" ? imageNode(element, "context-image") : textObject(element, place.context),
  );
  return el("div", { class: "context" }, ...parts);
}

export function actions(block, place) {
  const nodes = block.elements.map((element, index) => renderElement(element, { ...place, index }));
  return el("div", { class: "actions" }, ...nodes);
}

export function divider() {
  return el("hr", { class: "divider" });
}

export function image(block) {
  const figure = el("figure", { class: "image" });
  if (block.title) figure.append(el("figcaption", {}, plainText(block.title), icon("chevron")));
  figure.append(imageNode(block, "image-large"));
  return figure;
}

export function markdownBlock(block) {
  return markdown(block.text);
}
