/** The file input of a modal. Files are uploaded when they are chosen; the form holds the returned file objects. */

import { el, icon, iconButton } from "../dom.js";
import { makeField, labelAttributes } from "./acting.js";

const LARGEST = 10 * 1024 * 1024; // Slack's limit for each file of a file_input
const UNITS = [
  ["MB", 1_000_000],
  ["kB", 1_000],
];

/** "3.2 kB" */
export function fileSize(bytes) {
  const [unit, size] = UNITS.find(([, length]) => bytes >= length) ?? ["bytes", 1];
  return `${size === 1 ? bytes : (bytes / size).toFixed(1)} ${unit}`;
}

export function fileInput(element, place) {
  const field = makeField(element, place, "files", []);
  const most = element.max_files ?? 10;
  const accept = element.filetypes?.map((type) => `.${type}`).join(",");
  const input = el("input", {
    type: "file",
    class: "file-field",
    accept,
    multiple: most > 1,
    ...labelAttributes(element, place),
  });
  const list = el("ul", { class: "file-list" });
  let files = [...field.value];
  const show = () => {
    field.write(files);
    list.replaceChildren(...files.map((file) => fileRow(file, () => drop(file))));
  };
  const drop = (file) => {
    files = files.filter((each) => each !== file);
    show();
  };
  input.addEventListener("change", async () => {
    const chosen = [...input.files].slice(0, most - files.length);
    input.value = "";
    await uploadAll(chosen, place.context, (file) => files.push(file), show);
  });
  show();
  return el("div", { class: "file-input" }, input, list);
}

async function uploadAll(chosen, context, keep, show) {
  for (const file of chosen) {
    if (file.size > LARGEST) {
      context.complain(`${file.name} is larger than 10 MB, the most a file field takes.`);
      continue;
    }
    try {
      keep(await context.upload(file));
    } catch (error) {
      context.complain(error.message);
    }
    show();
  }
}

function fileRow(file, onDrop) {
  const words = el("span", { class: "file-words" }, el("bdi", {}, file.name), ` · ${fileSize(file.size)}`);
  return el("li", {}, icon("file"), words, iconButton("close", `Remove ${file.name}`, onDrop));
}
