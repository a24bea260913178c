/** The options of a select: its own, or the people and conversations of the world. */

/** The name of each select's value in `state.values`. */
export const VALUE_NAMES = {
  static_select: "selected_option",
  users_select: "selected_user",
  conversations_select: "selected_conversation",
  channels_select: "selected_channel",
  multi_static_select: "selected_options",
  multi_users_select: "selected_users",
  multi_conversations_select: "selected_conversations",
  multi_channels_select: "selected_channels",
};

const plain = (text) => ({ type: "plain_text", text, emoji: false });

/** Returns [{label, options: [{key, option}]}]. Keys are option values or ids. */
export function listGroups(element, context) {
  if (element.type.endsWith("static_select")) {
    const entries = (options) => options.map((option) => ({ key: option.value, option }));
    if (element.option_groups)
      return element.option_groups.map((group) => ({ label: group.label.text, options: entries(group.options) }));
    return [{ label: "", options: entries(element.options) }];
  }
  const things = element.type.endsWith("users_select") ? people(context.world) : conversations(element, context);
  return [{ label: "", options: things.map(([id, name]) => ({ key: id, option: { text: plain(name) } })) }];
}

function people(world) {
  return [...world.people.values()].map((person) => [person.id, person.name]);
}

function conversations(element, { world, viewer }) {
  const kinds = element.type.includes("channels_select") ? ["channel"] : ["channel", "im"];
  const mine = world.listChannels(viewer).filter((channel) => kinds.includes(channel.kind));
  return mine.map((channel) => [channel.id, channel.kind === "im" ? `@${world.bot.name}` : `#${channel.name}`]);
}

/** Returns the keys that are chosen initially. */
export function readInitialKeys(element) {
  const kept = element[VALUE_NAMES[element.type].replace("selected", "initial")];
  const list = kept === undefined || kept === null ? [] : [kept].flat();
  return list.map((each) => each.value ?? each);
}

export function toFormValue(keys, element, groups) {
  const isStatic = element.type.endsWith("static_select");
  const options = new Map(groups.flatMap((group) => group.options).map(({ key, option }) => [key, option]));
  const values = keys.map((key) => (isStatic ? options.get(key) : key)).filter(Boolean);
  return element.type.startsWith("multi_") ? values : (values[0] ?? null);
}
