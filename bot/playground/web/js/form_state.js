/** What was typed and chosen in one message or view, in the shape of Slack's `state.values`. */

/** Survives a redraw of its message or view: a field with the same block_id and action_id keeps its value. */
export class FormState {
  constructor() {
    this.values = {};
  }

  /** Returns the value of a field. It starts as `initial`. */
  begin(blockId, actionId, initial) {
    const block = (this.values[blockId] ??= {});
    if (block[actionId]?.type !== initial.type) block[actionId] = initial;
    return block[actionId];
  }

  write(blockId, actionId, value) {
    (this.values[blockId] ??= {})[actionId] = value;
  }

  /** Removes the fields of blocks that are not among `blockIds`. */
  removeOtherBlocks(blockIds) {
    const kept = new Set(blockIds);
    for (const blockId of Object.keys(this.values)) if (!kept.has(blockId)) delete this.values[blockId];
  }
}

/** The form of each message and view, by a key that the caller chooses. */
export class Forms {
  constructor() {
    this.byKey = new Map();
  }

  of(key) {
    if (!this.byKey.has(key)) this.byKey.set(key, new FormState());
    return this.byKey.get(key);
  }
}
