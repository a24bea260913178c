/** Announces new messages of the open channel to screen readers. */

import { toSpokenText } from "./text/mrkdwn.js";

const MAX_CHARACTERS = 400;

/** Announces the plain text of a new or changed message, if this person sees it here. */
export function announce(frame, world, viewing) {
  const message = frame.type === "notice" ? { ...frame, user: "SLACK", ephemeral_to: frame.user } : frame.message;
  if (!message || message.channel !== viewing.channel || message.user === viewing.person) return;
  if (message.ephemeral_to && message.ephemeral_to !== viewing.person) return;
  const words = toSpokenText(message.text ?? "").slice(0, MAX_CHARACTERS);
  document.getElementById("announcer").textContent = `${world.personName(message.user)}: ${words}`;
}
