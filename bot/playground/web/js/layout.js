/** What is open beside the conversation: the drawer on a phone, the traffic pane on a wide screen; the reconnecting bar. */

const KEY = "batchdesk-traffic";

export class Layout {
  constructor() {
    this.wide = matchMedia("(min-width: 1000px)");
    this.fitTraffic();
    this.wide.addEventListener("change", () => this.fitTraffic());
    document.getElementById("drawer-shade").addEventListener("click", () => this.closeDrawer());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && document.body.dataset.drawer === "open") this.closeDrawer();
    });
  }

  /** Restores the traffic pane on a wide screen. On a narrow one it would cover the conversation, so it starts closed. */
  fitTraffic() {
    document.body.dataset.traffic = this.wide.matches ? (localStorage.getItem(KEY) ?? "open") : "closed";
  }

  toggleTraffic() {
    const next = document.body.dataset.traffic === "open" ? "closed" : "open";
    document.body.dataset.traffic = next;
    if (this.wide.matches) localStorage.setItem(KEY, next);
  }

  openDrawer() {
    document.body.dataset.drawer = "open";
    document.getElementById("drawer-shade").hidden = false;
    document.querySelector("#sidebar button[aria-pressed=true]")?.focus();
  }

  closeDrawer() {
    if (document.body.dataset.drawer !== "open") return;
    delete document.body.dataset.drawer;
    document.getElementById("drawer-shade").hidden = true;
    document.querySelector(".drawer-open")?.focus();
  }

  showConnected(isConnected) {
    document.getElementById("reconnecting").hidden = isConnected;
  }
}
