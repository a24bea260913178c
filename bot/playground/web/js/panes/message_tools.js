/** What can be done with a message: reply in its thread, and the app's message shortcuts under "More actions". */

import { el, iconButton } from "../dom.js";
import { openMenu } from "../elements/menu.js";

/** Shown on hover and on keyboard focus. Null for an ephemeral message, where Slack offers no shortcuts. */
export function makeMessageTools(message, world, context) {
  if (message.ephemeral_to) return null;
  const reply = iconButton("thread", "Reply in thread", () => context.reply(message), { "data-testid": "reply" });
  const shortcuts = world.listShortcuts(false);
  if (!shortcuts.length) return el("div", { class: "message-tools" }, reply);
  const choices = shortcuts.map(({ callback_id, name }) => ({
    words: words(name, world.bot.name),
    choose: () => context.useShortcut(callback_id).catch((error) => context.complain(error.message)),
  }));
  const props = { "aria-haspopup": "menu", "aria-expanded": "false", "data-testid": "message-more" };
  const more = iconButton("more", "More actions", () => openMenu(more, choices), props);
  return el("div", { class: "message-tools" }, reply, more);
}

function words(name, app) {
  return el("span", { class: "choice-words" }, name, el("span", { class: "choice-description" }, app));
}
