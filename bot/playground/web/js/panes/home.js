/** The Home tab of the app. */

import { renderBlocks } from "../blocks/index.js";
import { el } from "../dom.js";

/** `view` is what the bot published, or undefined. */
export function makeHome(view, context) {
  const holder = el("div", { class: "home", data: { testid: "home" } });
  if (!view) holder.append(el("p", { class: "loading" }, "Loading the Home tab…"));
  else {
    context.form.removeOtherBlocks(view.blocks.map((block, index) => block.block_id ?? `block-${index}`));
    holder.append(renderBlocks(view.blocks, context));
  }
  return holder;
}
