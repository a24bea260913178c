/** The app's global shortcuts, in the menu beside the composer. */

import { el, iconButton } from "../dom.js";
import { openMenu } from "../elements/menu.js";

/** The button that offers them, or null if the app has none. `use(callback_id)` chooses one. */
export function makeShortcutsButton(world, use) {
  const shortcuts = world.listShortcuts(true);
  if (!shortcuts.length) return null;
  const app = () => el("span", { class: "choice-description" }, world.bot.name);
  const choices = shortcuts.map(({ callback_id, name }) => ({
    words: el("span", { class: "choice-words" }, name, app()),
    choose: () => use(callback_id),
  }));
  const props = { class: "icon-button attach", "aria-haspopup": "menu", "data-testid": "shortcuts" };
  const button = iconButton("list", "Shortcuts", () => openMenu(button, choices), props);
  return button;
}
