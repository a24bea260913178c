/** Blocks that contain others or represent something: card, carousel, container, file. */

import { el, icon } from "../dom.js";
import { renderElement } from "../elements/index.js";
import { textObject } from "../text/mrkdwn.js";
import { imageNode } from "./images.js";
import { richText } from "./rich_text.js";

export function card(block, place) {
  const { context } = place;
  const part = (name) => (block[name] ? el("div", { class: `card-${name}` }, textObject(block[name], context)) : null);
  const buttons = (block.actions ?? []).map((button, index) => renderElement(button, { ...place, index }));
  return el(
    "div",
    { class: "card" },
    block.hero_image ? imageNode(block.hero_image, "card-hero") : null,
    el("div", { class: "card-head" }, block.icon ? imageNode(block.icon, "context-image") : null, part("title")),
    part("subtitle"),
    part("body"),
    part("subtext"),
    buttons.length ? el("div", { class: "actions" }, ...buttons) : null,
  );
}

export function carousel(block, place) {
  const cards = block.elements.map((each, index) =>
    card(each, { ...place, blockId: each.block_id ?? `${place.blockId}-${index}` }),
  );
  return el("div", { class: "carousel", tabindex: 0 }, ...cards);
}

export function container(block, place) {
  const children = block.child_blocks.map((child, index) =>
    place.render(child, place.context, `${place.blockId}-${index}`),
  );
  const title = block.rich_text_title
    ? richText(block.rich_text_title, place)
    : block.title && textObject(block.title, place.context);
  const subtitle = block.subtitle ? el("div", { class: "hint" }, textObject(block.subtitle, place.context)) : null;
  const head = [block.icon ? imageNode(block.icon, "context-image") : null, title ?? null, subtitle];
  if (!block.is_collapsible)
    return el("div", { class: "container" }, el("div", { class: "container-head" }, ...head), ...children);
  const isOpen = !block.default_collapsed;
  return el(
    "details",
    { class: "container", open: isOpen },
    el("summary", { class: "container-head" }, ...head),
    ...children,
  );
}

/** A remote file. A message shows only that it exists. */
export function fileBlock(block) {
  return el("div", { class: "file-tile" }, icon("file"), el("span", {}, `File ${block.external_id}`));
}
