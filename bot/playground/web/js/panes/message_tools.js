/** The app's message shortcuts, under "More actions" of a message. */

import { el, iconButton } from "../dom.js";
import { openMenu } from "../elements/menu.js";

/** Shown on hover and on keyboard focus. Null for an ephemeral message, where Slack offers no shortcuts. */
export function makeMessageTools(message, world, context) {
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
