// The payload: columns and frames as they arrive, and as the panels use them.

const ARRAY_TYPES = { f8: Float64Array, f4: Float32Array, u4: Uint32Array, u2: Uint16Array, u1: Uint8Array };

function decoded(array) {
  const text = atob(array.data);
  const bytes = new Uint8Array(text.length);
  for (let k = 0; k < text.length; k += 1) bytes[k] = text.charCodeAt(k);
  return new ARRAY_TYPES[array.type](bytes.buffer);
}

/** Columns of a table as plain arrays by name, with `length`. */
function decodedTable(columns) {
  const table = { length: 0 };
  for (const [name, column] of Object.entries(columns)) {
    table[name] = column.values ? Array.from(decoded(column.codes), (code) => column.values[code]) : decoded(column);
    table.length = table[name].length;
  }
  return table;
}

/** A run of the payload, its columns decoded; `frames` keeps what has been fetched of each layer. */
function readRun(raw, index, before) {
  const run = {
    ...raw,
    index,
    shown: before ? before.shown : true,
    estimates: decodedTable(raw.estimates),
    history: decodedTable(raw.history),
    measures: decodedTable(raw.measures),
    frames: before ? before.frames : new Map(),
    classes: raw.points.classes ? decoded(raw.points.classes) : null,
    inputs: decoded(raw.points.inputs),
    hidden: before ? before.hidden : new Set(),
  };
  run.epochs = runEpochs(run);
  return run;
}

function runEpochs(run) {
  const epochs = new Set(run.estimates.epoch);
  for (const view of Object.values(run.views)) for (const epoch of view.epochs) epochs.add(epoch);
  for (const epoch of run.measures.epoch) epochs.add(epoch);
  return [...epochs].sort((a, b) => a - b);
}

/** The last of some ascending epochs that is not after `epoch`, or the first of all. */
function latest(epochs, epoch) {
  let found = epochs[0];
  for (const one of epochs) if (one <= epoch) found = one;
  return found;
}

/** Rows of the estimates of one run, by layer: { layer: [row, ...] } in the order of epochs. */
function estimatesByLayer(run, quantity, mode) {
  const table = run.estimates;
  const found = new Map(run.layers.map((layer) => [layer, []]));
  for (let row = 0; row < table.length; row += 1) {
    if (table.quantity[row] !== quantity || table.mode[row] !== mode) continue;
    found.get(table.layer[row]).push({
      epoch: table.epoch[row],
      lower: table.lower[row],
      estimate: table.estimate[row],
      upper: table.upper[row],
      status: table.status[row],
      confidence: table.confidence[row],
      ceiling: table.ceiling[row],
      d: table.d[row],
    });
  }
  return found;
}

/** A frame from the payload, from what was fetched before, or from the server; null where there is none. */
async function fetchFrame(run, layer, epoch) {
  const view = run.views[layer];
  if (!view || !view.epochs.includes(epoch)) return null;
  const key = `${run.manifest.created}|${layer}|${view.revision}|${epoch}`;
  if (!run.frames.has(key)) run.frames.set(key, loadFrame(run, layer, epoch, view, key));
  return run.frames.get(key);
}

function frameAtHand(run, layer, epoch) {
  const view = run.views[layer];
  const frame = view && view.frames && view.frames[epoch];
  if (!frame) return null;
  if (!frame.read) frame.read = readFrame(frame, view);
  return frame.read;
}

async function loadFrame(run, layer, epoch, view, key) {
  const query = new URLSearchParams({ run: run.id, layer, epoch });
  try {
    const answer = await fetch(`frame?${query}`);
    if (!answer.ok) throw new Error(`frame: ${answer.status}`);
    const frame = await answer.json();
    if (frame.revision !== view.revision) run.frames.delete(key); // a newer snapshot is on its way
    return readFrame(frame, view);
  } catch {
    run.frames.delete(key);
    return null;
  }
}

/** Points of a frame as float coordinates (NaN where missing), and its histograms. */
function readFrame(frame, view) {
  const steps = decoded(frame.points);
  const k = view.names.length;
  const points = new Float32Array(steps.length);
  for (let index = 0; index < steps.length; index += 1) {
    const [low, high] = frame.scale[index % k];
    points[index] = steps[index] === 65535 ? NaN : low + (steps[index] / 65534) * (high - low);
  }
  return { points, k, counts: decoded(frame.counts) };
}
