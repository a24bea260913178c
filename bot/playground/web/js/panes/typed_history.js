/** What was typed before, for the Up key; remembered as long as the browser's tab. */

const KEY = "batchdesk-typed";
const MOST = 100;

export class TypedHistory {
  constructor() {
    this.lines = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    this.reset();
  }

  /** Forgets where in the history one stood. */
  reset() {
    this.at = null;
  }

  add(line) {
    if (this.lines.at(-1) !== line) this.lines.push(line);
    this.lines = this.lines.slice(-MOST);
    sessionStorage.setItem(KEY, JSON.stringify(this.lines));
    this.reset();
  }

  /** The line one step older (-1) or newer (1); null when the key is not for the history. */
  step(by, typed) {
    if (this.at === null && (typed !== "" || by > 0 || !this.lines.length)) return null;
    const at = Math.max((this.at ?? this.lines.length) + by, 0);
    this.at = at >= this.lines.length ? null : at;
    return this.lines[at] ?? "";
  }
}
