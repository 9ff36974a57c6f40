// The information plane: one path per layer, coloured by epoch, with a cross for the two intervals of each epoch.

function drawPlane() {
  const traces = [];
  page.plane = [];
  for (const run of page.runs.filter((one) => one.shown)) {
    for (const [layer, rows] of planeRows(run)) {
      if (!rows.length) continue;
      traces.push({ ...planeTrace(run, layer, rows), showlegend: !page.plane.some((one) => one.layer === layer) });
      page.plane.push({ layer, index: layerIndex(layer), rows });
    }
  }
  byId("panel-plane").hidden = !traces.length;
  if (!traces.length) return;
  const legend = { bgcolor: "rgba(0,0,0,0)", font: { size: 11 }, orientation: "h", y: -0.16, yanchor: "top" };
  const layout = plotLayout({
    xaxis: { title: { text: "I(X;T)  [nats]", standoff: 6 } },
    yaxis: { title: { text: "I(Y;T)  [nats]" } },
    hovermode: "closest",
    showlegend: true,
    legend,
  });
  drawPlot("plane", traces, layout, movePlane);
}

/** Per layer, the epochs at which both quantities are known. */
function planeRows(run) {
  const inputs = estimatesByLayer(run, "I(X;T)", page.mode);
  const labels = estimatesByLayer(run, "I(Y;T)", page.mode);
  const joined = new Map();
  for (const [layer, rows] of inputs) {
    const byEpoch = new Map(labels.get(layer).map((row) => [row.epoch, row]));
    joined.set(layer, rows.filter((row) => byEpoch.has(row.epoch)).map((row) => ({ x: row, y: byEpoch.get(row.epoch) })));
  }
  return joined;
}

function planeTrace(run, layer, rows) {
  const index = layerIndex(layer);
  const shade = colour(index);
  const many = page.runs.length > 1;
  const name = plain(many ? `${layer} · ${run.name}` : layer);
  return {
    x: rows.map((row) => row.x.estimate),
    y: rows.map((row) => row.y.estimate),
    error_x: cross(rows.map((row) => row.x), shade),
    error_y: cross(rows.map((row) => row.y), shade),
    customdata: rows.map(({ x, y }) => [x.epoch, fixed(x.lower), fixed(x.upper), fixed(y.lower), fixed(y.upper)]),
    name: plain(layer),
    legendgroup: layer,
    mode: "lines+markers",
    line: { color: faded(shade, 0.55), width: 1.2, dash: DASHES[(many ? run.index : index) % DASHES.length] },
    marker: {
      symbol: MARKERS[index % MARKERS.length],
      size: 7,
      color: rows.map((row) => position(row.x.epoch)),
      colorscale: "Cividis",
      line: { color: shade, width: 1 },
    },
    hovertemplate:
      `${name}, epoch %{customdata[0]}<br>I(X;T) %{x:.3f} [%{customdata[1]}, %{customdata[2]}]<br>` +
      `I(Y;T) %{y:.3f} [%{customdata[3]}, %{customdata[4]}]<extra></extra>`,
  };
}

function cross(rows, shade) {
  return {
    type: "data",
    symmetric: false,
    array: rows.map((row) => row.upper - row.estimate),
    arrayminus: rows.map((row) => row.estimate - row.lower),
    color: faded(shade, 0.35),
    thickness: 1,
    width: 0,
  };
}

/** A circle around the point of every layer at the epoch of the slider. */
function movePlane() {
  const layout = byId("plane")._fullLayout;
  if (!layout || !layout.xaxis || byId("panel-plane").hidden) return;
  const { xaxis, yaxis } = layout;
  const circles = [];
  for (const { index, rows } of page.plane) {
    const row = rows.findLast((one) => one.x.epoch <= page.epoch) || rows[0];
    const [x, y] = [xaxis.l2p(row.x.estimate), yaxis.l2p(row.y.estimate)];
    const inside = x >= 0 && x <= xaxis._length && y >= 0 && y <= yaxis._length;
    const place = { cx: xaxis._offset + x, cy: yaxis._offset + y, r: 9, fill: "none", "stroke-width": 2.5 };
    if (inside) circles.push(mark("circle", { ...place, stroke: colour(index) }));
  }
  byId("plane-cursor").replaceChildren(...circles);
  byId("plane-cursor").dataset.epoch = page.epoch;
}
