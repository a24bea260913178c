/** table and data_table: rows of cells. A data_table also has a caption, sorting by header, and pages. */

import { el, icon } from "../dom.js";
import { richText } from "./rich_text.js";
import { unknownBox } from "./unknown.js";

const DEFAULT_PAGE = 5;

function cellNode(cell, place) {
  if (cell.type === "rich_text") return richText(cell, place);
  if (cell.type === "raw_text" || cell.type === "raw_number")
    return document.createTextNode(cell.text ?? String(cell.value));
  return unknownBox("table cell", cell);
}

function cellClass(cell, setting) {
  const align = setting?.align ?? (cell.type === "raw_number" ? "right" : "left");
  return `align-${align}${setting?.is_wrapped ? " wraps" : ""}`;
}

export function table(block, place) {
  const settings = block.column_settings ?? [];
  const rows = block.rows.map((row, index) => {
    const cells = row.map((cell, column) =>
      el(index ? "td" : "th", { class: cellClass(cell, settings[column]) }, cellNode(cell, place)),
    );
    return el("tr", {}, ...cells);
  });
  return el("div", { class: "table-wrap", tabindex: 0 }, el("table", { class: "table" }, ...rows));
}

export function dataTable(block, place) {
  const holder = el("div", { class: "data-table" });
  const look = { page: 0, column: -1, isDown: false, size: block.page_size ?? DEFAULT_PAGE };
  const draw = () => holder.replaceChildren(...dataTableParts(block, place, look, draw));
  draw();
  return holder;
}

function dataTableParts(block, place, look, draw) {
  const [head, ...rest] = block.rows;
  const rows = sorted(rest, look);
  const from = look.page * look.size;
  const header = el("tr", {}, ...head.map((cell, column) => headerCell(cell, column, look, draw)));
  const body = rows.slice(from, from + look.size).map((row) => bodyRow(row, block, place));
  const shown = el(
    "table",
    { class: "table" },
    el("caption", {}, block.caption),
    el("thead", {}, header),
    el("tbody", {}, ...body),
  );
  return [el("div", { class: "table-wrap", tabindex: 0 }, shown), pager(rows.length, look, draw)];
}

function bodyRow(row, block, place) {
  const cells = row.map((cell, column) => {
    const isHeader = column === block.row_header_column_index;
    return el(
      isHeader ? "th" : "td",
      { class: cellClass(cell), scope: isHeader ? "row" : null },
      cellNode(cell, place),
    );
  });
  return el("tr", {}, ...cells);
}

function headerCell(cell, column, look, draw) {
  const isSorted = look.column === column;
  const sort = () => {
    look.isDown = isSorted && !look.isDown;
    look.column = column;
    look.page = 0;
    draw();
  };
  const arrow = isSorted ? (look.isDown ? " ↓" : " ↑") : "";
  const order = isSorted ? (look.isDown ? "descending" : "ascending") : "none";
  const button = el("button", { type: "button", class: "sort", on: { click: sort } }, `${cell.text}${arrow}`);
  return el("th", { scope: "col", "aria-sort": order, class: cellClass(cell) }, button);
}

function plain(cell) {
  if (cell.type === "raw_number") return cell.value;
  if (cell.type === "raw_text") return cell.text;
  return JSON.stringify(cell.elements);
}

function sorted(rows, look) {
  if (look.column < 0) return rows;
  const order = (a, b) =>
    typeof a === "number" && typeof b === "number"
      ? a - b
      : String(a).localeCompare(String(b), "en", { numeric: true });
  const up = [...rows].sort((a, b) => order(plain(a[look.column]), plain(b[look.column])));
  return look.isDown ? up.reverse() : up;
}

function pager(count, look, draw) {
  const pages = Math.ceil(count / look.size);
  if (pages < 2) return el("div", { class: "pager" }, `${count} rows`);
  const turn = (by) => () => {
    look.page += by;
    draw();
  };
  const step = (name, label, by, isOff) =>
    el(
      "button",
      { type: "button", class: "icon-button", "aria-label": label, disabled: isOff, on: { click: turn(by) } },
      icon(name),
    );
  const words = `${look.page * look.size + 1}–${Math.min((look.page + 1) * look.size, count)} of ${count}`;
  const back = step("right", "Previous page", -1, look.page === 0);
  back.classList.add("mirrored");
  return el("div", { class: "pager" }, back, words, step("right", "Next page", 1, look.page >= pages - 1));
}
