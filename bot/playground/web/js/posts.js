/** The requests of the page: JSON POSTs under /_page/, each answered with {ok, error?, …}. */

/** A refusal or a failure. Its message can be shown to the person. */
export class PostFailed extends Error {}

/** POSTs `body` to `/_page/<name>`. Returns the answer if it is ok, otherwise throws PostFailed. */
export function post(name, body) {
  return send(name, { headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
}

/** Uploads one File as `user`, and shares it if there is a `channel`. Returns the simulated Slack's file object. */
export async function upload(user, file, channel = "") {
  const form = new FormData();
  form.append("user", user);
  if (channel) form.append("channel", channel);
  form.append("file", file);
  const answer = await send("upload", { body: form });
  return answer.file;
}

async function send(name, init) {
  const response = await fetch(`/_page/${name}`, { method: "POST", ...init }).catch(() => null);
  if (response === null) throw new PostFailed("Can't reach the simulated Slack. Is the demo still running?");
  const answer = await response.json().catch(() => null);
  if (answer === null) throw new PostFailed(`The simulated Slack answered ${response.status} without a reason.`);
  if (answer.ok !== true) throw new PostFailed(String(answer.error || `The simulated Slack refused this (${response.status}).`));
  return answer;
}
