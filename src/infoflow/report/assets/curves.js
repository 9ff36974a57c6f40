// Information of every layer over the epochs with its intervals, above losses and accuracies.

function drawCurves() {
  const runs = page.runs.filter((run) => run.shown);
  const traces = [epochTrace(runs)];
  const seen = new Set();
  let [floor, ceiling] = [0, 0];
  for (const run of runs) {
    const layers = estimatesByLayer(run, page.quantity, page.mode);
    for (const [layer, rows] of layers) {
      if (!rows.length) continue;
      ceiling = Math.max(ceiling, ...rows.map((row) => row.ceiling).filter(Number.isFinite));
      floor = Math.min(floor, ...rows.map((row) => row.lower).filter(Number.isFinite));
      traces.push(...layerTraces(run, layer, rows, !seen.has(layer)));
      seen.add(layer);
    }
    traces.push(...lossTraces(run, run === runs[0]));
  }
  drawPlot("curves", traces, curvesLayout(floor, ceiling), () => moveCursor("curves"));
}

/** Says the epoch at the head of the hover box; the axis itself knows only positions. */
function epochTrace(runs) {
  const epochs = [...new Set([...page.epochs, ...runs.flatMap((run) => [...run.history.epoch])])].sort((a, b) => a - b);
  return {
    x: epochs.map(position),
    y: epochs.map(() => 0),
    customdata: epochs,
    mode: "markers",
    marker: { opacity: 0 },
    showlegend: false,
    hovertemplate: "<b>epoch %{customdata}</b><extra></extra>",
  };
}

/** Band and line of a layer; of several runs, the first names the layer, and the dashes are those of the run. */
function layerTraces(run, layer, rows, named) {
  const index = layerIndex(layer);
  const shade = colour(index);
  const x = rows.map((row) => position(row.epoch));
  const many = page.runs.length > 1;
  const name = plain(many ? `${layer} · ${run.name}` : `${layer} (d = ${rows[0].d})`);
  return [
    {
      x: [...x, ...x.slice().reverse()],
      y: [...rows.map((row) => row.upper), ...rows.map((row) => row.lower).reverse()],
      fill: "toself",
      fillcolor: faded(shade, many ? 0.12 : 0.2),
      line: { width: 0 },
      mode: "lines",
      hoverinfo: "skip",
      showlegend: false,
      legendgroup: layer,
    },
    {
      x,
      y: rows.map((row) => row.estimate),
      customdata: rows.map(hoverFields),
      name: many ? plain(layer) : name,
      showlegend: named,
      legendgroup: layer,
      mode: "lines+markers",
      line: { color: shade, width: 1.6, dash: DASHES[(many ? run.index : index) % DASHES.length] },
      marker: {
        symbol: rows.map((row) => MARKERS[index % MARKERS.length] + (row.status === "ok" ? "" : "-open")),
        size: rows.map((row) => (row.status === "ok" ? 5 : 10)),
        color: shade,
      },
      hovertemplate: `${name}: %{y:.3f} [%{customdata[1]}, %{customdata[2]}]%{customdata[3]}<extra></extra>`,
    },
  ];
}

function hoverFields(row) {
  const status = row.status === "ok" ? "" : ` ${plain(row.status)}`;
  return [row.epoch, fixed(row.lower), fixed(row.upper), status];
}

function lossTraces(run, named) {
  const { history } = run;
  const x = Array.from(history.epoch, position);
  const suffix = page.runs.length > 1 ? ` · ${run.name}` : "";
  const dashOf = (kind) => (kind === "train" ? "solid" : "dash");
  const one = (kind, what, axis, shade) => ({
    x,
    y: history[`${kind}_${what}`],
    name: `${kind} ${what}`,
    showlegend: named,
    legendgroup: `${kind} ${what}`,
    legend: "legend2",
    mode: "lines",
    line: { color: shade, width: 1.4, dash: dashOf(kind) },
    opacity: page.runs.length > 1 ? 0.7 : 1,
    yaxis: axis,
    hovertemplate: `${plain(kind + " " + what + suffix)}: %{y:.4g}<extra></extra>`,
  });
  return [
    one("train", "loss", "y2", colour(0)),
    one("test", "loss", "y2", colour(0)),
    one("train", "accuracy", "y3", colour(4)),
    one("test", "accuracy", "y3", colour(4)),
  ];
}

function curvesLayout(floor, ceiling) {
  const last = page.epochs.length ? page.epochs[page.epochs.length - 1] : 1;
  const compact = isNarrow() || page.runs.length > 1;
  const legend = { bgcolor: "rgba(0,0,0,0)", font: { size: 11 } };
  return plotLayout({
    hovermode: "x unified",
    hoverdistance: 100,
    hoversubplots: "axis",
    showlegend: true,
    xaxis: { ...epochAxis(last), anchor: "y2", unifiedhovertitle: { text: " " } },
    yaxis: {
      domain: [0.36, 1],
      title: { text: `${plain(page.quantity)}  [nats]` },
      range: ceiling > 0 ? [1.06 * floor - 0.02 * ceiling, 1.06 * ceiling] : undefined,
    },
    yaxis2: { domain: [0, 0.28], title: { text: "loss  [nats]" }, rangemode: "tozero", color: colour(0) },
    yaxis3: { domain: [0, 0.28], title: { text: "accuracy" }, overlaying: "y2", side: "right", color: colour(4), showgrid: false, range: [0, 1.03], tickmode: "array", tickvals: [0, 0.25, 0.5, 0.75, 1] },
    legend: compact
      ? { ...legend, orientation: "h", y: -0.16, yanchor: "top", x: 0 }
      : { ...legend, x: 1.05, y: 1, yanchor: "top" },
    legend2: compact
      ? { ...legend, orientation: "h", y: -0.32, yanchor: "top", x: 0 }
      : { ...legend, x: 1.05, y: 0.28, yanchor: "top" },
    margin: { l: 56, r: isNarrow() ? 48 : 16, t: 28, b: 44 },
    shapes: [ceilingShape(ceiling)],
  });
}

function ceilingShape(ceiling) {
  const line = { color: quietColour(), width: 1, dash: "dot" };
  return { type: "line", xref: "paper", x0: 0, x1: 1, yref: "y", y0: ceiling, y1: ceiling, line, visible: ceiling > 0 };
}
