/** The lines typed before, for the Up key. Stored until the browser tab closes. */

const KEY = "batchdesk-typed";
const MAX_LINES = 100;

export class TypedHistory {
  constructor() {
    this.lines = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    this.reset();
  }

  /** Returns to the end of the history. */
  reset() {
    this.at = null;
  }

  add(line) {
    if (this.lines.at(-1) !== line) this.lines.push(line);
    this.lines = this.lines.slice(-MAX_LINES);
    sessionStorage.setItem(KEY, JSON.stringify(this.lines));
    this.reset();
  }

  /** Returns the line one step older (-1) or newer (1), or null if the key is not for the history. */
  step(by, typed) {
    if (this.at === null && (typed !== "" || by > 0 || !this.lines.length)) return null;
    const at = Math.max((this.at ?? this.lines.length) + by, 0);
    this.at = at >= this.lines.length ? null : at;
    return this.lines[at] ?? "";
  }
}
