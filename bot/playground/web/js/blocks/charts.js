/** data_visualization: pie, bar, line and area charts drawn as SVG, with a legend that names every value. */

import { el, svg } from "../dom.js";
import { pie } from "./pie.js";

const WIDTH = 520;
const HEIGHT = 220;
const LEFT = 48;
const BOTTOM = 28;
const TOP = 10;
const COLORS = 12;

export function chart(block) {
  const { chart: data, title } = block;
  const drawing = data.type === "pie" ? pie(data, title) : axes(data, title);
  const names =
    data.type === "pie"
      ? data.segments.map((each) => `${each.label}: ${each.value}`)
      : data.series.map((each) => each.name);
  const legend = names.map((name, index) => el("li", {}, el("span", { class: `dot chart-${index % COLORS}` }), name));
  return el(
    "figure",
    { class: "chart" },
    el("figcaption", {}, title),
    drawing,
    el("ul", { class: "legend" }, ...legend),
  );
}

function axes(data, title) {
  const { categories, x_label: xLabel = "", y_label: yLabel = "" } = data.axis_config;
  const all = data.series.flatMap((series) => series.data.map((point) => point.value));
  const scale = scaleOf(Math.min(0, ...all), Math.max(0, ...all), categories.length);
  const node = svg("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT + 14}`,
    role: "img",
    "aria-label": `${title}: ${describe(data)}`,
  });
  node.append(...grid(scale), ...categoryNames(categories, scale));
  const draw = { bar: bars, line: lines, area: lines }[data.type];
  node.append(...draw(data, scale));
  node.append(text(xLabel, WIDTH / 2, HEIGHT + 10, "middle"), text(yLabel, 2, TOP, "start", "chart-unit"));
  return node;
}

function describe(data) {
  return data.series
    .map((series) => `${series.name}: ${series.data.map((p) => `${p.label} ${p.value}`).join(", ")}`)
    .join("; ");
}

function niceStep(span) {
  const rough = (span || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= rough);
}

function scaleOf(low, high, count) {
  const step = niceStep(high - low);
  const bottom = Math.floor(low / step) * step;
  const top = Math.max(Math.ceil(high / step) * step, bottom + step);
  const room = HEIGHT - BOTTOM - TOP;
  const band = (WIDTH - LEFT - 8) / Math.max(count, 1);
  return {
    step,
    bottom,
    top,
    band,
    y: (value) => TOP + room * (1 - (value - bottom) / (top - bottom)),
    x: (index) => LEFT + band * (index + 0.5),
  };
}

function text(words, x, y, anchor, kind = "") {
  return svg("text", { x, y, "text-anchor": anchor, class: `chart-text ${kind}` }, String(words));
}

function grid(scale) {
  const nodes = [];
  for (let value = scale.bottom; value <= scale.top + scale.step / 2; value += scale.step) {
    const y = scale.y(value);
    nodes.push(svg("line", { x1: LEFT, x2: WIDTH - 8, y1: y, y2: y, class: "chart-grid" }));
    nodes.push(text(new Intl.NumberFormat("en", { notation: "compact" }).format(value), LEFT - 6, y + 4, "end"));
  }
  return nodes;
}

function categoryNames(categories, scale) {
  const every = Math.ceil(categories.length / 8);
  return categories.map((name, index) =>
    index % every ? text("", 0, 0, "middle") : text(name, scale.x(index), HEIGHT - BOTTOM + 16, "middle"),
  );
}

/** A point belongs to the category of its label, wherever it is in its series. */
function placed(series, data, scale) {
  return series.data.map((point, index) => {
    const at = data.axis_config.categories.indexOf(point.label);
    return { x: scale.x(at < 0 ? index : at), y: scale.y(point.value), point };
  });
}

function bars(data, scale) {
  const width = (scale.band * 0.7) / data.series.length;
  const zero = scale.y(0);
  return data.series.flatMap((series, index) =>
    placed(series, data, scale).map(({ x, y, point }) => {
      const left = x - scale.band * 0.35 + width * index;
      const box = { x: left, y: Math.min(y, zero), width: Math.max(width - 2, 1), height: Math.abs(zero - y), rx: 2 };
      return svg(
        "rect",
        { ...box, class: `chart-${index % COLORS}` },
        svg("title", {}, `${series.name}, ${point.label}: ${point.value}`),
      );
    }),
  );
}

function lines(data, scale) {
  return data.series.flatMap((series, index) => {
    const points = placed(series, data, scale);
    const path = points.map(({ x, y }, at) => `${at ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
    const nodes = [svg("path", { d: path, class: `chart-line chart-${index % COLORS}` })];
    const closed = `${path}L${points.at(-1).x} ${scale.y(0)}L${points[0].x} ${scale.y(0)}Z`;
    if (data.type === "area") nodes.unshift(svg("path", { d: closed, class: `chart-area chart-${index % COLORS}` }));
    for (const { x, y, point } of points) {
      nodes.push(
        svg(
          "circle",
          { cx: x, cy: y, r: 3, class: `chart-${index % COLORS}` },
          svg("title", {}, `${point.label}: ${point.value}`),
        ),
      );
    }
    return nodes;
  });
}
