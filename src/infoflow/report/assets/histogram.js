// The histogram of the activations of the scatter's layer, of all units or of one.

function prepareHistogram() {
  const { view } = scatterView();
  const units = view ? view.units : 0;
  fillSelect(byId("histogram-unit"), [[0, "all"], ...[...Array(units).keys()].map((unit) => [unit + 1, unit + 1])]);
  byId("histogram-unit").disabled = units === 0;
}

function paintHistogram() {
  const { run, layer, view, epoch, frame } = scatter.drawn;
  prepareHistogram();
  const [low, high, bins] = view.bins;
  const unit = Number(byId("histogram-unit").value) || 0;
  const counts = frame.counts.subarray(unit * bins, (unit + 1) * bins);
  const total = counts.reduce((sum, count) => sum + count, 0) || 1;
  const y = Array.from(counts, (count) => (100 * count) / total);
  const graph = byId("histogram");
  const key = [run.index, layer, view.revision, unit, isDark()].join("|");
  graph.dataset.epoch = epoch;
  if (graph.dataset.key === key) Plotly.restyle(graph, { y: [y] }, [0]);
  else drawHistogram(graph, y, low, high, bins);
  graph.dataset.key = key;
  const what = unit ? `unit ${unit}` : "all units";
  byId("histogram-caption").textContent = `${layer} of ${run.name} at epoch ${epoch}: ${what}, ${total} values; the same ${bins} bins at every epoch.`;
}

function drawHistogram(graph, y, low, high, bins) {
  const width = (high - low) / bins;
  const x = [...Array(bins).keys()].map((bin) => low + (bin + 0.5) * width);
  const trace = {
    type: "bar",
    x,
    y,
    marker: { color: colour(0) },
    hovertemplate: "%{x:.3f}: %{y:.2f} %<extra></extra>",
  };
  const layout = plotLayout({
    bargap: 0.04,
    xaxis: { title: { text: "activation (noiseless)", standoff: 6 }, range: [low, high] },
    yaxis: { title: { text: "% of values" }, rangemode: "tozero" },
  });
  Plotly.react(graph, [trace], layout, PLOT_CONFIG);
}
