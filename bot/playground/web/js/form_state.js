/** What has been typed and chosen in one message or view, in the shape of Slack's `state.values`. */

/** Outlives the redrawing of its message or view: a field with the same block_id and action_id keeps its value. */
export class FormState {
  constructor() {
    this.values = {};
  }

  /** The value of a field, which begins as `initial`. */
  begin(blockId, actionId, initial) {
    const block = (this.values[blockId] ??= {});
    if (block[actionId]?.type !== initial.type) block[actionId] = initial;
    return block[actionId];
  }

  write(blockId, actionId, value) {
    (this.values[blockId] ??= {})[actionId] = value;
  }

  /** Forgets fields whose block is not among `blockIds` any more. */
  keepOnly(blockIds) {
    const kept = new Set(blockIds);
    for (const blockId of Object.keys(this.values)) if (!kept.has(blockId)) delete this.values[blockId];
  }
}

/** The form of each message and view, by a key of the caller's. */
export class Forms {
  constructor() {
    this.byKey = new Map();
  }

  of(key) {
    if (!this.byKey.has(key)) this.byKey.set(key, new FormState());
    return this.byKey.get(key);
  }
}
