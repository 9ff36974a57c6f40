// Measures of clustering over the epochs, one line per layer.

function drawMeasures() {
  const names = [...new Set(page.runs.flatMap((run) => [...new Set(run.measures.measure)]))];
  byId("panel-measures").hidden = !names.length;
  if (!names.length) return;
  fillSelect(byId("measure"), names.map((name) => [name, name]));
  const chosen = byId("measure").value;
  const traces = page.runs.filter((run) => run.shown).flatMap((run) => measureTraces(run, chosen));
  const last = page.epochs.length ? page.epochs[page.epochs.length - 1] : 1;
  const layout = plotLayout({
    xaxis: epochAxis(last),
    yaxis: { title: { text: plain(chosen) } },
    showlegend: true,
    legend: { bgcolor: "rgba(0,0,0,0)", font: { size: 11 }, orientation: "h", y: -0.22, yanchor: "top" },
  });
  drawPlot("measures", traces, layout, () => moveCursor("measures"));
}

function measureTraces(run, measure) {
  const table = run.measures;
  const many = page.runs.length > 1;
  return run.layers
    .map((layer) => {
      const rows = [...Array(table.length).keys()].filter((k) => table.measure[k] === measure && table.layer[k] === layer);
      const index = layerIndex(layer);
      return {
        x: rows.map((k) => position(table.epoch[k])),
        y: rows.map((k) => table.value[k]),
        customdata: rows.map((k) => table.epoch[k]),
        name: plain(layer),
        legendgroup: layer,
        showlegend: run === page.runs.find((one) => one.shown),
        mode: "lines+markers",
        marker: { symbol: MARKERS[index % MARKERS.length], size: 5, color: colour(index) },
        line: { color: colour(index), width: 1.4, dash: DASHES[(many ? run.index : index) % DASHES.length] },
        hovertemplate: `${plain(many ? `${layer} · ${run.name}` : layer)}, epoch %{customdata}: %{y:.4g}<extra></extra>`,
      };
    })
    .filter((trace) => trace.x.length);
}
