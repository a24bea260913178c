/** Images. One from this page's own origin is shown; any other is a tile with its description. */

import { el, icon } from "../dom.js";

/** The demo loads nothing from elsewhere. An external image is not fetched: its description and address are shown. */
export function imageNode(object, className) {
  const url = object.image_url ?? object.slack_file?.url ?? "";
  const alt = object.alt_text ?? "";
  const isOwn = url.startsWith("data:image/") || new URL(url, location.href).origin === location.origin;
  if (url && isOwn) return el("img", { class: className, src: url, alt });
  const title = url ? `${alt} (${url}, not loaded in the demo)` : alt;
  return el(
    "span",
    { class: `image-tile ${className}`, role: "img", "aria-label": alt, title },
    icon("file"),
    el("span", {}, alt),
  );
}
