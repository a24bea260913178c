/** Builds elements without parsing markup: every foreign string becomes a text node. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An HTML element.
 * `props`: `on: {event: handler}`, `data: {name: value}`; everything else is an attribute (false, null and undefined are left out).
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProp(node, name, value);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function setProp(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "on") for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
  else if (name === "data") Object.assign(node.dataset, value);
  else node.setAttribute(name, value === true ? "" : String(value));
}

/** An SVG element. */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

const PATHS = {
  hash: "M6 2 4.5 14M11.5 2 10 14M2 5.5h12M2 10.5h12",
  eye: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8ZM8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z",
  close: "M3.5 3.5l9 9M12.5 3.5l-9 9",
  menu: "M2 4h12M2 8h12M2 12h12",
  send: "M2.5 13.5 14 8 2.5 2.5l0 4.3L9 8l-6.5 1.2z",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
  moon: "M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7Z",
  traffic: "M2 5h10M9 2l3 3-3 3M14 11H4M7 8l-3 3 3 3",
  chevron: "M4 6l4 4 4-4",
  right: "M6 4l4 4-4 4",
  download: "M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11",
  file: "M4 1.5h5l3 3v10H4zM9 1.5v3h3",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  warning: "M8 2 1.5 13.5h13zM8 6.5v3.2M8 11.6v.1",
  attach: "M13 7.5 7.8 12.7a3.2 3.2 0 0 1-4.5-4.5L9 2.5a2.1 2.1 0 0 1 3 3L6.5 11a1 1 0 0 1-1.5-1.5l4.7-4.7",
  thread: "M2 3h12v7H7l-3 3v-3H2z",
  list: "M2 4h12M2 8h12M2 12h7",
};

/** One of the page's own line icons, hidden from screen readers. */
export function icon(name) {
  const shape = svg("path", { d: PATHS[name] ?? PATHS.file });
  return svg("svg", { viewBox: "0 0 16 16", class: `icon icon-${name}`, "aria-hidden": "true" }, shape);
}

/** A button with an icon. `label` is its name for screen readers and its tooltip. */
export function iconButton(name, label, onClick, props = {}) {
  const shown = { type: "button", class: "icon-button", "aria-label": label, title: label, on: { click: onClick } };
  return el("button", { ...shown, ...props }, icon(name));
}

/** A number unique in this page, for ids that tie labels to fields. */
let counter = 0;
export function uniqueId(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}
