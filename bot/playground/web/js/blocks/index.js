/** The renderer of each block. An unknown type is drawn as an error. */

import { el } from "../dom.js";
import { card, carousel, container, fileBlock } from "./cards.js";
import { chart } from "./charts.js";
import { input } from "./input.js";
import { alertBlock, plan, taskCard } from "./progress.js";
import { richText } from "./rich_text.js";
import { dataTable, table } from "./tables.js";
import { actions, context, divider, header, image, markdownBlock, section } from "./texts.js";
import { unknownBox } from "./unknown.js";

const RENDERERS = {
  actions,
  alert: alertBlock,
  card,
  carousel,
  container,
  context,
  context_actions: actions,
  data_table: dataTable,
  data_visualization: chart,
  divider,
  file: fileBlock,
  header,
  image,
  input,
  markdown: markdownBlock,
  plan,
  rich_text: richText,
  section,
  table,
  task_card: taskCard,
};

/**
 * The blocks of a message or view.
 * `context`: `world`, `viewer`, `form` (FormState), `act` (sends a press), `complain`, `expanded` (Set), `errors` (Map
 * block_id → words).
 */
export function renderBlocks(blocks, context) {
  return el("div", { class: "blocks" }, ...blocks.map((block, index) => renderBlock(block, context, index)));
}

/** Draws one block. Containers draw their children with it. */
export function renderBlock(block, context, index) {
  const place = { context, blockId: block.block_id ?? `block-${index}`, render: renderBlock };
  const draw = RENDERERS[block?.type];
  if (!draw) return unknownBox("block", block);
  try {
    return el("div", { class: `block block-${block.type}`, data: { block: place.blockId } }, draw(block, place));
  } catch (error) {
    return unknownBox("block", block, error);
  }
}
