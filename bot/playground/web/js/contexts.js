/** The contexts in which the blocks of a message, a modal or the Home tab are drawn: their form, and how to send presses. */

import { Forms } from "./form_state.js";
import { post, upload } from "./posts.js";
import { messageKey } from "./world.js";

/** `complain(words)` shows an error above the composer. `reply(message)` writes in the thread of a message. */
export class Contexts {
  constructor(world, viewing, complain, reply) {
    Object.assign(this, { world, viewing, complain, reply });
    this.forms = new Forms();
    this.expanded = new Map();
  }

  forMessage(message) {
    const where = { channel: message.channel, ts: message.ts };
    const useShortcut = (callback_id) => post("shortcut", { user: this.viewing.person, ...where, callback_id });
    const tools = { useShortcut, reply: (each) => this.reply(each) };
    return { ...this.of(`${this.viewing.person}|${messageKey(message)}`, where, this.complain), ...tools };
  }

  forHome(view) {
    return this.of(`home|${this.viewing.person}`, { view_id: view.id }, this.complain);
  }

  forModal(view, complain) {
    return this.of(`modal|${view.id}`, { view_id: view.id }, complain);
  }

  of(key, where, complain) {
    if (!this.expanded.has(key)) this.expanded.set(key, new Set());
    const user = this.viewing.person;
    return {
      world: this.world,
      viewer: user,
      form: this.forms.of(key),
      expanded: this.expanded.get(key),
      complain,
      act: (press) => post("press", { user, ...where, ...press }),
      upload: (file) => upload(user, file),
    };
  }
}
