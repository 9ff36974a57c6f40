// The scatter of one layer's representations at the epoch of the slider, drawn on a canvas.

const scatter = { azimuth: 0.7, elevation: 0.42, zoom: 1, shift: [0, 0], drawn: null, token: 0 };

function scatterRun() {
  const chosen = page.runs[Number(byId("scatter-run").value) || 0];
  return chosen || page.runs[0];
}

function scatterView() {
  const run = scatterRun();
  const layer = byId("scatter-layer").value;
  return { run, layer, view: run && run.views[layer] };
}

function prepareScatter() {
  fillSelect(byId("scatter-run"), page.runs.map((run) => [run.index, run.name]));
  byId("scatter-run-label").hidden = page.runs.length < 2;
  const run = scatterRun();
  const layers = run ? run.layers.filter((layer) => run.views[layer]) : [];
  const first = byId("scatter-layer").options.length === 0;
  fillSelect(byId("scatter-layer"), layers.map((layer) => [layer, layer]));
  if (first && layers.length) byId("scatter-layer").value = layers[layers.length - 1];
  for (const id of ["panel-scatter", "panel-histogram"]) byId(id).hidden = !layers.length;
  chooseDimensions();
  drawLegend();
}

function chooseDimensions() {
  const { view } = scatterView();
  const select = byId("scatter-dims");
  const solid = Boolean(view) && view.names.length === 3;
  if (solid && select.disabled) select.value = "3";
  if (!solid) select.value = "2";
  select.disabled = !solid;
}

function drawLegend() {
  const run = scatterRun();
  const names = run && run.classes ? run.points.class_names : [];
  const chips = names.slice(0, 20).map((name, index) => {
    const dot = element("span", { class: "dot" });
    dot.style.background = colour(index);
    const toggle = () => {
      if (!run.hidden.delete(index)) run.hidden.add(index);
      drawLegend();
      paintScatter();
    };
    const pressed = String(!run.hidden.has(index));
    return element("button", { type: "button", class: "chip", "aria-pressed": pressed, onclick: toggle }, dot, `class ${name}`);
  });
  byId("scatter-legend").replaceChildren(...chips);
}

/** Show the frame of the slider's epoch, now where it is at hand, else as soon as the server sends it. */
function moveFrame() {
  const { run, layer, view } = scatterView();
  scatter.token += 1;
  if (!view || !view.epochs.length) return;
  const epoch = latest(view.epochs, page.epoch);
  const frame = frameAtHand(run, layer, epoch);
  if (frame) showFrame(run, layer, view, epoch, frame);
  else if (page.live) awaitFrame(run, layer, view, epoch, scatter.token);
}

async function awaitFrame(run, layer, view, epoch, token) {
  const frame = await fetchFrame(run, layer, epoch);
  if (frame && token === scatter.token) showFrame(run, layer, view, epoch, frame);
}

function showFrame(run, layer, view, epoch, frame) {
  scatter.drawn = { run, layer, view, epoch, frame };
  paintScatter();
  paintHistogram();
}

function paintScatter() {
  if (!scatter.drawn) return;
  const { run, layer, view, epoch, frame } = scatter.drawn;
  const canvas = byId("scatter");
  const ratio = devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = "12px system-ui, sans-serif";
  const dims = Number(byId("scatter-dims").value);
  const k = view.names.length;
  const ranges = k === 1 ? [view.ranges[0], [-1, 1]] : view.ranges.slice(0, dims);
  const names = k === 1 ? [view.names[0], "class"] : view.names;
  const camera = makeCamera(ranges, dims, width, height);
  if (dims === 3) drawCube(context, camera, ranges, names);
  else drawFlatAxes(context, camera, ranges, names, width, height);
  scatter.places = placePoints(run, frame, camera, dims);
  paintPoints(context, run, scatter.places, dims);
  canvas.dataset.epoch = epoch;
  const kind = view.d > 3 ? `${k} principal components of all stored epochs together (${(100 * view.share).toFixed(1)} % of the variance)` : "all units";
  byId("scatter-caption").textContent =
    `${layer} of ${run.name} at epoch ${epoch}: noiseless representations of ${frame.points.length / k} inputs; ${kind}; one scale on all axes. ` +
    (dims === 3 ? "Drag to turn, Ctrl and wheel to zoom." : "Drag to move, Ctrl and wheel to zoom.");
}

/** Pixel places of all visible points: [x, y, nearness, index]; a single unit is spread by class. */
function placePoints(run, frame, camera, dims) {
  const { points, k } = frame;
  const places = [];
  const n = points.length / k;
  const classes = run.classes && run.classes.length === n ? run.classes : null;
  const levels = Math.max(run.points.class_names.length, 1);
  for (let index = 0; index < n; index += 1) {
    if (classes && run.hidden.has(classes[index])) continue;
    const a = camera.unit(points[index * k], 0);
    const spread = ((classes ? classes[index] : 0) + 0.5 + 0.3 * (((index * 0.618) % 1) - 0.5)) / levels;
    const b = k === 1 ? 1.6 * (spread - 0.5) : camera.unit(points[index * k + 1], 1);
    const place = dims === 3 ? camera.place(a, b, camera.unit(points[index * k + 2], 2)) : camera.place(a, b);
    if (Number.isFinite(place[0]) && Number.isFinite(place[1])) places.push([...place, index]);
  }
  return dims === 3 ? places.sort((one, other) => one[2] - other[2]) : places; // the nearest last
}

function paintPoints(context, run, places, dims) {
  const classes = run.classes;
  const shades = (classes ? run.points.class_names : [""]).map((_, index) => colour(index));
  context.globalAlpha = places.length > 600 ? 0.6 : 0.8;
  for (const [x, y, depth, index] of places) {
    const group = classes ? classes[index] : 0;
    const radius = dims === 3 ? Math.max(1.2, 2.4 + 0.7 * depth) : 2.4;
    context.fillStyle = shades[group];
    context.beginPath();
    if (group % 2) context.rect(x - radius * 0.9, y - radius * 0.9, radius * 1.8, radius * 1.8);
    else context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
  }
  context.globalAlpha = 1;
}

function listenScatter() {
  const canvas = byId("scatter");
  let from = null;
  canvas.addEventListener("pointerdown", (event) => {
    from = [event.clientX, event.clientY];
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!from) return tellPoint(event);
    const [dx, dy] = [event.clientX - from[0], event.clientY - from[1]];
    from = [event.clientX, event.clientY];
    if (byId("scatter-dims").value === "3") {
      scatter.azimuth -= dx * 0.01;
      scatter.elevation = Math.max(-1.5, Math.min(1.5, scatter.elevation + dy * 0.01));
    } else scatter.shift = [scatter.shift[0] + dx, scatter.shift[1] + dy];
    return paintScatter();
  });
  for (const kind of ["pointerup", "pointercancel"]) canvas.addEventListener(kind, () => (from = null));
  canvas.addEventListener("pointerleave", () => (byId("scatter-tip").hidden = true));
  canvas.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoomScatter(Math.exp(-event.deltaY * 0.002));
    },
    { passive: false },
  );
  byId("zoom-in").addEventListener("click", () => zoomScatter(1.4));
  byId("zoom-out").addEventListener("click", () => zoomScatter(1 / 1.4));
  byId("zoom-reset").addEventListener("click", resetScatter);
  for (const id of ["scatter-run", "scatter-layer"]) {
    byId(id).addEventListener("change", () => {
      if (id === "scatter-run") prepareScatter();
      resetScatter();
      chooseDimensions();
      moveFrame();
    });
  }
  byId("scatter-dims").addEventListener("change", resetScatter);
  new ResizeObserver(() => paintScatter()).observe(canvas);
}

function zoomScatter(factor) {
  scatter.zoom = Math.max(0.3, Math.min(40, scatter.zoom * factor));
  scatter.shift = scatter.shift.map((part) => part * factor);
  paintScatter();
}

function resetScatter() {
  Object.assign(scatter, { azimuth: 0.7, elevation: 0.42, zoom: 1, shift: [0, 0] });
  paintScatter();
}

/** Say which input the point under the pointer is. */
function tellPoint(event) {
  const tip = byId("scatter-tip");
  const { offsetX: x, offsetY: y } = event;
  let best = null;
  let nearest = 64;
  for (const place of scatter.places || []) {
    const distance = (place[0] - x) ** 2 + (place[1] - y) ** 2;
    if (distance <= nearest) [nearest, best] = [distance, place];
  }
  tip.hidden = !best;
  if (!best) return;
  const { run, frame } = scatter.drawn;
  const index = best[3];
  const values = [...frame.points.slice(index * frame.k, (index + 1) * frame.k)].map((value) => value.toPrecision(3));
  const label = run.classes ? `, class ${run.points.class_names[run.classes[index]]}` : "";
  tip.textContent = `input ${run.inputs[index]}${label}\n(${values.join(", ")})`;
  tip.style.left = `${Math.min(best[0] + 10, byId("scatter").clientWidth - 150)}px`;
  tip.style.top = `${Math.max(best[1] - 44, 0)}px`;
}
