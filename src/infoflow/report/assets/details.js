// What was run: settings side by side, statuses, warnings, and the commands that make it again.

function drawDetails() {
  const parts = [];
  const runs = page.runs;
  parts.push(element("h3", {}, "Commands"));
  for (const run of runs) {
    const label = runs.length > 1 ? `${run.name}: the run` : "The run";
    if (run.command) parts.push(commandLine(label, run.command));
    else parts.push(element("p", { class: "note" }, `${label} was made by a program of its own, not by the command line; its settings are below.`));
  }
  if (page.command) parts.push(commandLine("This page", page.command));
  parts.push(element("h3", {}, "Statuses and warnings"), ...runs.map(statusBlock));
  parts.push(element("h3", {}, runs.length > 1 ? "Settings (rows that differ are marked)" : "Settings"), settingsTable(runs));
  byId("details").replaceChildren(...parts);
}

const counted = (number, what) => `${number} ${what}${number === 1 ? "" : "s"}`;

function commandLine(label, text) {
  const button = element("button", { type: "button", onclick: () => copyText(text) }, "Copy");
  return element("div", {}, element("p", { class: "note" }, label), element("div", { class: "command" }, element("pre", {}, text), button));
}

function statusBlock(run) {
  const counts = new Map();
  for (const status of run.estimates.status) counts.set(status, (counts.get(status) || 0) + 1);
  const summary = [...counts].map(([status, count]) => `${status}: ${count}`).join(", ") || "no estimates";
  const block = element("div", {}, element("p", { class: "note" }, `${run.name}: ${run.state}; estimates by status: ${summary}; ${counted(run.n_warnings, "warning")}`));
  const events = run.events.filter((event) => event.message);
  if (events.length) block.append(element("pre", {}, events.map((event) => `${event.time}  ${event.kind}  ${event.message}`).join("\n")));
  return block;
}

function settingsTable(runs) {
  const flat = runs.map((run) => {
    const { versions, ...rest } = run.manifest;
    return new Map([
      ...Object.entries(rest),
      ...Object.entries(run.config),
      ...Object.entries(versions || {}).map(([name, version]) => [`version of ${name}`, version]),
    ]);
  });
  const keys = [...new Set(flat.flatMap((settings) => [...settings.keys()]))];
  const spelled = (value) => (value === undefined || value === null ? "" : Array.isArray(value) ? value.join(", ") : String(typeof value === "object" ? JSON.stringify(value) : value));
  const rows = keys.map((key) => {
    const values = flat.map((settings) => spelled(settings.get(key)));
    const differs = new Set(values).size > 1;
    return element("tr", { class: differs ? "differs" : null }, element("th", { scope: "row" }, key), ...values.map((value) => element("td", {}, value)));
  });
  const head = runs.length > 1 ? [element("tr", {}, element("th", {}), ...runs.map((run) => element("th", { scope: "col" }, run.name)))] : [];
  return element("div", { class: "scroll" }, element("table", {}, element("tbody", {}, ...head, ...rows)));
}

function drawStatus() {
  const lines = page.runs.map((run) => {
    const { state, progress } = run;
    const parts = [element("span", { class: "names" }, `${run.manifest.experiment}, seed ${run.manifest.seed}`), element("span", { class: `state ${state}` }, state)];
    if (page.runs.length > 1) parts.unshift(element("strong", { class: "names" }, run.name));
    if (progress.planned) {
      if (state === "running") parts.push(element("progress", { max: progress.planned, value: progress.estimated }));
      parts.push(`${progress.estimated} of ${progress.planned} epochs estimated, trained to ${progress.trained} of ${progress.epochs}`);
    } else parts.push(`${progress.estimated} epochs estimated, trained to ${progress.trained}`);
    if (state === "running" && progress.seconds_left !== null) parts.push(`about ${clock(progress.seconds_left)} left`);
    if (run.n_warnings) parts.push(`${counted(run.n_warnings, "warning")}`);
    return element("div", { class: "line" }, ...parts.map((part) => (typeof part === "string" ? element("span", {}, part) : part)));
  });
  if (page.connection) lines.push(element("div", { class: "line" }, element("span", { class: "state lost" }, page.connection)));
  byId("status").replaceChildren(...lines);
  const notes = page.runs.flatMap((run) => run.notes.map((note) => (page.runs.length > 1 ? `${run.name}: ${note}` : note)));
  byId("notes").replaceChildren(...[...(page.notes || []), ...notes].map((note) => element("p", { class: "note" }, note)));
}

/** A short line as the run has it in the curves. */
function dashSample(index) {
  const sample = mark("svg", { width: 34, height: 8, "aria-hidden": "true" });
  const dashes = { solid: "none", dash: "8 5", dashdot: "8 3 2 3", dot: "2 3", longdash: "13 5", longdashdot: "13 3 2 3" };
  const name = DASHES[index % DASHES.length];
  const line = { x1: 0, x2: 34, y1: 4, y2: 4, "stroke-width": 2, stroke: "currentColor" };
  sample.append(mark("line", { ...line, "stroke-dasharray": dashes[name] || name.replaceAll("px", "") }));
  return sample;
}

function drawRunChips() {
  byId("runs").hidden = page.runs.length < 2;
  const chips = page.runs.map((run) => {
    const toggle = () => {
      run.shown = !run.shown;
      drawRunChips();
      drawCharts();
    };
    return element("button", { type: "button", class: "chip", "aria-pressed": String(run.shown), onclick: toggle }, dashSample(run.index), run.name);
  });
  byId("runs").replaceChildren(...chips);
}
