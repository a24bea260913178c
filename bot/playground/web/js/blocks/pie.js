/** The pie of a data_visualization. */

import { svg } from "../dom.js";

const CENTRE = 80;
const RADIUS = 72;
const COLORS = 12;

/** A pie whose segments are in proportion to their values. A single segment is a whole disc. */
export function pie(data, title) {
  const total = data.segments.reduce((sum, segment) => sum + segment.value, 0);
  const words = data.segments.map((segment) => `${segment.label} ${segment.value}`).join(", ");
  const node = svg("svg", { viewBox: "0 0 160 160", class: "pie", role: "img", "aria-label": `${title}: ${words}` });
  let from = 0;
  data.segments.forEach((segment, index) => {
    const share = segment.value / total;
    const name = svg("title", {}, `${segment.label}: ${segment.value} (${Math.round(share * 100)} %)`);
    const shape = share > 0.9999 ? disc() : slice(from, from + share);
    shape.setAttribute("class", `chart-slice chart-${index % COLORS}`);
    shape.append(name);
    node.append(shape);
    from += share;
  });
  return node;
}

function disc() {
  return svg("circle", { cx: CENTRE, cy: CENTRE, r: RADIUS });
}

function slice(from, to) {
  const point = (share) => {
    const angle = share * 2 * Math.PI - Math.PI / 2;
    return `${(CENTRE + RADIUS * Math.cos(angle)).toFixed(2)} ${(CENTRE + RADIUS * Math.sin(angle)).toFixed(2)}`;
  };
  const isLarge = to - from > 0.5 ? 1 : 0;
  return svg("path", { d: `M${CENTRE} ${CENTRE}L${point(from)}A${RADIUS} ${RADIUS} 0 ${isLarge} 1 ${point(to)}Z` });
}
