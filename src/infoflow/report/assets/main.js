// The page: reads its payload, draws every panel, and listens.

const page = { runs: [], epochs: [], epoch: 0, index: 0, log: true, quantity: "I(X;T)", mode: "certified", quantities: [], plane: [], connection: null };

/** Take over a payload, the first or a later one. */
function takeIn(payload) {
  page.live = payload.live;
  page.command = payload.command;
  page.notes = payload.notes;
  const before = new Map(page.runs.map((run) => [run.name, run]));
  page.runs = payload.runs.map((raw, index) => readRun(raw, index, before.get(raw.name)));
  page.epochs = [...new Set(page.runs.flatMap((run) => run.epochs))].sort((a, b) => a - b);
  const known = new Set(page.runs.flatMap((run) => [...new Set(run.estimates.quantity)]));
  page.quantities = [...new Set(["I(X;T)", "I(Y;T)", ...known])].filter((quantity) => known.has(quantity));
  const modes = [...new Set(page.runs.flatMap((run) => [...new Set(run.estimates.mode)]))];
  fillSelect(byId("quantity"), page.quantities.map((quantity) => [quantity, quantity]));
  fillSelect(byId("mode"), modes.map((mode) => [mode, mode]));
  page.quantity = byId("quantity").value || page.quantity;
  page.mode = byId("mode").value || page.mode;
}

function layerIndex(layer) {
  const layers = [...new Set(page.runs.flatMap((run) => run.layers))];
  return Math.max(layers.indexOf(layer), 0);
}

function drawAll() {
  drawFirst();
  drawRest();
  drawDetails();
}

/** What is seen before anything is scrolled. */
function drawFirst() {
  prepareSlider();
  prepareScatter();
  drawStatus();
  drawRunChips();
  drawCurves();
}

function drawCharts() {
  drawCurves();
  drawRest();
}

function drawRest() {
  drawPlane();
  drawMeasures();
  moveFrame();
  drawTable();
}

function listen() {
  const redraw = () => {
    byId("theme").textContent = isDark() ? "Light" : "Dark";
    drawLegend();
    drawCharts();
  };
  byId("theme").addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    redraw();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  let narrow = isNarrow();
  addEventListener("resize", () => {
    if (narrow !== isNarrow()) drawCurves();
    narrow = isNarrow();
  });
  for (const id of ["quantity", "mode"]) {
    byId(id).addEventListener("change", (event) => {
      page[id] = event.target.value;
      drawCharts();
    });
  }
  byId("log").addEventListener("change", (event) => {
    page.log = event.target.checked;
    for (const plot of ["curves", "measures"]) if (byId(plot).layout) Plotly.purge(byId(plot));
    drawCharts();
  });
  byId("measure").addEventListener("change", drawMeasures);
  byId("histogram-unit").addEventListener("change", () => scatter.drawn && paintHistogram());
  listenScatter();
  listenTable();
  listenSlider();
  listenLive();
}

/** Draw the curves, let the browser show them, then draw the rest. */
function start() {
  byId("theme").textContent = isDark() ? "Light" : "Dark";
  const payload = JSON.parse(byId("payload").textContent);
  byId("payload").remove();
  takeIn(payload);
  drawFirst();
  performance.mark("infoflow-curves");
  requestAnimationFrame(() => setTimeout(() => {
    drawRest();
    drawDetails();
    listen();
    document.documentElement.dataset.ready = "yes";
    performance.mark("infoflow-ready");
  }));
}

start();
