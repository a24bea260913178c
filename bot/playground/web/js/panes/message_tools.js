/** What one may do with a message besides its own buttons: the app's message shortcuts, behind "More actions". */

import { el, iconButton } from "../dom.js";
import { openMenu } from "../elements/menu.js";

/** Shown on hover and to the keyboard; null where Slack offers none: on what only one person sees. */
export function messageTools(message, world, context) {
  if (message.ephemeral_to || !world.shortcuts.length) return null;
  const choices = world.shortcuts.map(({ callback_id, name }) => ({
    words: words(name, world.bot.name),
    choose: () => context.useShortcut(callback_id).catch((error) => context.complain(error.message)),
  }));
  const props = { "aria-haspopup": "menu", "aria-expanded": "false", "data-testid": "message-more" };
  const more = iconButton("more", "More actions", () => openMenu(more, choices), props);
  return el("div", { class: "message-tools" }, more);
}

function words(name, app) {
  return el("span", { class: "choice-words" }, name, el("span", { class: "choice-description" }, app));
}
