/** Builds the page: the world, what this window shows, and the panes that draw it. */

import { announce } from "./announce.js";
import { keepConnected } from "./connection.js";
import { Contexts } from "./contexts.js";
import { Layout } from "./layout.js";
import { Center } from "./panes/center.js";
import { Modal } from "./panes/modal.js";
import { Sidebar } from "./panes/sidebar.js";
import { Traffic } from "./panes/traffic.js";
import { post } from "./posts.js";
import { refreshDates } from "./text/dates.js";
import { applyTheme } from "./theme.js";
import { Viewing } from "./viewing.js";
import { World } from "./world.js";

const DATES_EVERY_MS = 15_000;
const byId = (id) => document.getElementById(id);

class Page {
  constructor() {
    this.world = new World();
    this.viewing = new Viewing(this.world);
    this.layout = new Layout();
    this.contexts = new Contexts(
      this.world,
      this.viewing,
      (words) => this.center.composer.complain(words),
      (message) => this.center.composer.replyTo(message),
    );
  }

  /** Makes the panes, once there is a world to draw. */
  build() {
    const { world, viewing, layout, contexts } = this;
    this.sidebar = new Sidebar(byId("sidebar"), world, viewing, {
      become: (person) => this.go(() => viewing.become(person)),
      open: (channel) => this.go(() => viewing.open(channel)),
      closeDrawer: () => layout.closeDrawer(),
      complain: (words) => this.complain(words),
    });
    this.center = new Center(byId("center"), world, viewing, {
      messageContext: (message) => contexts.forMessage(message),
      homeContext: (view) => contexts.forHome(view),
      openTab: (tab) => this.go(() => viewing.open(viewing.channel, tab)),
      openDrawer: () => layout.openDrawer(),
      toggleTraffic: () => layout.toggleTraffic(),
    });
    this.traffic = new Traffic(byId("traffic"), world, () => layout.toggleTraffic());
    this.modal = new Modal(world, viewing, (view, complain) => contexts.forModal(view, complain));
  }

  /** Shows another person, channel or tab. Opening a Home tab notifies the bot. */
  go(change) {
    change();
    this.layout.closeDrawer();
    this.draw();
    if (this.viewing.tab === "home") this.openHome();
    else if (matchMedia("(pointer: fine)").matches) this.center.composer.box.focus();
  }

  async openHome() {
    await post("open_home", { user: this.viewing.person }).catch((error) => console.warn(error.message));
  }

  draw() {
    this.sidebar.draw();
    this.center.draw();
    this.modal.draw();
  }

  onFrame(frame) {
    const wasKnown = this.world.isKnown;
    this.world.apply(frame);
    if (!this.world.isKnown) return;
    if (!wasKnown) this.build();
    if (frame.type === "world") this.onWorld(wasKnown);
    else if (frame.type === "traffic") this.traffic.put(frame.entry);
    else {
      if (document.visibilityState === "visible") this.viewing.markRead();
      if (frame.type === "time") refreshDates();
      this.draw();
      announce(frame, this.world, this.viewing);
      if (frame.type === "notice" && !frame.channel && frame.user === this.viewing.person) this.complain(frame.text);
    }
  }

  /** Shows an error where the person is looking. */
  complain(words) {
    if (this.modal.dialog) this.modal.complain(words);
    else this.center.composer.complain(words);
  }

  /** Marks the new messages as read when the window becomes visible again. */
  onSeen() {
    if (document.visibilityState !== "visible" || !this.world.isKnown) return;
    this.viewing.markRead();
    this.sidebar.draw();
  }

  onWorld(wasKnown) {
    this.viewing.settle();
    this.draw();
    this.traffic.draw();
    document.body.dataset.ready = "true";
    if (!wasKnown && this.viewing.tab === "home") this.openHome();
    if (!wasKnown && this.viewing.tab === "messages" && matchMedia("(pointer: fine)").matches)
      this.center.composer.box.focus();
  }
}

applyTheme();
const page = new Page();
keepConnected(
  (frame) => page.onFrame(frame),
  (isConnected) => page.layout.showConnected(isConnected),
);
setInterval(() => refreshDates(), DATES_EVERY_MS);
document.addEventListener("visibilitychange", () => page.onSeen());
