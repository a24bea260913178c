/** Reading new messages of the open channel out to screen readers. */

import { spoken } from "./text/mrkdwn.js";

const LONGEST = 400;

/** Says the plain text of a new or changed message, if it is one this person sees here. */
export function announce(frame, world, viewing) {
  const message = frame.type === "notice" ? { ...frame, user: "SLACK", ephemeral_to: frame.user } : frame.message;
  if (!message || message.channel !== viewing.channel || message.user === viewing.person) return;
  if (message.ephemeral_to && message.ephemeral_to !== viewing.person) return;
  const words = spoken(message.text ?? "").slice(0, LONGEST);
  document.getElementById("announcer").textContent = `${world.personName(message.user)}: ${words}`;
}
