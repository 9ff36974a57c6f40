// Marks of the slider's epoch over the plots, in a layer of their own: a plot is not drawn again for a step.

const SVG = "http://www.w3.org/2000/svg";

function mark(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** Draw a plot, and its marks again whenever plotly has moved what lies under them. */
function drawPlot(id, traces, layout, marks) {
  const graph = byId(id);
  const first = !graph.layout;
  Plotly.react(graph, traces, layout, PLOT_CONFIG);
  if (first) for (const event of ["plotly_afterplot", "plotly_relayout", "plotly_relayouting"]) graph.on(event, marks);
  marks();
}

/** The vertical line at the slider's epoch, over all the height of a plot. */
function moveCursor(id) {
  const layout = byId(id)._fullLayout;
  const over = byId(`${id}-cursor`);
  if (!layout || !layout.xaxis) return;
  const along = layout.xaxis.l2p(position(page.epoch));
  const x = layout.xaxis._offset + along;
  const { t: top, h: height } = layout._size;
  const line = { x1: x, x2: x, y1: top, y2: top + height, stroke: textColour(), "stroke-width": 1.2, class: "line" };
  over.replaceChildren(...(along >= -1 && along <= layout.xaxis._length + 1 ? [mark("line", line)] : []));
  over.dataset.epoch = page.epoch;
}
