// The table: one row per run, epoch and layer; sorted by any column, copied with all its digits.

const table = { sort: 0, descending: false, columns: [], rows: [] };
const MAX_TABLE_ROWS = 1500;

function tableColumns() {
  const quantities = page.quantities;
  const number = (title, digits = 3) => ({ title, digits });
  return [
    ...(page.runs.length > 1 ? [{ title: "run" }] : []),
    number("epoch", 0),
    { title: "layer" },
    ...quantities.flatMap((quantity) => ["lower", "estimate", "upper"].map((end) => number(`${quantity}\n${end}`))),
    { title: "status" },
    number("train\nloss"),
    number("test\nloss"),
    number("train\naccuracy"),
    number("test\naccuracy"),
    number("n", 0),
    number("seconds", 1),
  ];
}

/** All rows as arrays of values, beside the epoch each belongs to. */
function tableRows() {
  return page.runs.filter((run) => run.shown).flatMap((run) => runRows(run, page.runs.length > 1));
}

function runRows(run, named) {
  const source = run.estimates;
  const losses = new Map(Array.from(run.history.epoch, (epoch, k) => [epoch, k]));
  const rows = new Map();
  for (let k = 0; k < source.length; k += 1) {
    if (source.mode[k] !== page.mode) continue;
    const key = `${source.epoch[k]}|${source.layer[k]}`;
    if (!rows.has(key)) rows.set(key, { epoch: source.epoch[k], layer: source.layer[k], ends: {}, status: [], k });
    const row = rows.get(key);
    row.ends[source.quantity[k]] = [source.lower[k], source.estimate[k], source.upper[k]];
    if (source.status[k] !== "ok") row.status.push(`${source.quantity[k]}: ${source.status[k]}`);
  }
  return [...rows.values()].map((row) => {
    const at = losses.get(row.epoch);
    const loss = (name) => (at === undefined ? NaN : run.history[name][at]);
    return {
      epoch: row.epoch,
      cells: [
        ...(named ? [run.name] : []),
        row.epoch,
        row.layer,
        ...page.quantities.flatMap((quantity) => row.ends[quantity] || [NaN, NaN, NaN]),
        row.status.join(", ") || "ok",
        loss("train_loss"),
        loss("test_loss"),
        loss("train_accuracy"),
        loss("test_accuracy"),
        source.n[row.k],
        source.seconds[row.k],
      ],
    };
  });
}

function drawTable() {
  table.columns = tableColumns();
  table.rows = tableRows();
  if (table.sort >= table.columns.length) table.sort = 0;
  fillTable();
}

/** Rows as they are shown: of the slider's epoch only, where that is asked for, and sorted. */
function shownRows() {
  const here = byId("table-here").checked;
  const epochs = [...new Set(table.rows.map((row) => row.epoch))].sort((a, b) => a - b);
  const epoch = here && epochs.length ? latest(epochs, page.epoch) : null;
  const rows = epoch === null ? [...table.rows] : table.rows.filter((row) => row.epoch === epoch);
  const sign = table.descending ? -1 : 1;
  return rows.sort((one, other) => sign * compared(one.cells[table.sort], other.cells[table.sort]));
}

function compared(one, other) {
  if (typeof one === "string") return one.localeCompare(other, undefined, { numeric: true });
  if (Number.isNaN(one) || Number.isNaN(other)) return Number.isNaN(one) - Number.isNaN(other);
  return one - other;
}

function fillTable() {
  const rows = shownRows();
  const head = element("tr", {}, ...table.columns.map(headCell));
  const body = rows.slice(0, MAX_TABLE_ROWS).map((row) => {
    const cells = row.cells.map((value, index) => {
      const { digits } = table.columns[index];
      if (digits === undefined) return element("td", { class: value !== "ok" && table.columns[index].title === "status" ? "text odd" : "text" }, value);
      return element("td", {}, fixed(value, digits));
    });
    const line = element("tr", {}, ...cells);
    line.dataset.epoch = row.epoch;
    return line;
  });
  const parts = [element("table", {}, element("thead", {}, head), element("tbody", {}, ...body))];
  if (rows.length > MAX_TABLE_ROWS) parts.push(element("p", { class: "note" }, `The first ${MAX_TABLE_ROWS} of ${rows.length} rows are shown; Copy and Save take all.`));
  if (!rows.length) parts.push(element("p", { class: "note" }, "No estimate has been stored yet."));
  byId("table").replaceChildren(...parts);
  markRows();
}

function headCell(column, index) {
  const order = table.sort === index ? (table.descending ? "descending" : "ascending") : null;
  const sort = () => {
    table.descending = table.sort === index && !table.descending;
    table.sort = index;
    fillTable();
  };
  const kind = column.digits === undefined ? "text" : null;
  return element("th", { scope: "col", "aria-sort": order, class: kind }, element("button", { type: "button", onclick: sort }, column.title));
}

function moveTable() {
  if (byId("table-here").checked) fillTable();
  else markRows();
}

function markRows() {
  for (const row of byId("table").querySelectorAll("tr.here")) row.classList.remove("here");
  for (const row of byId("table").querySelectorAll(`tr[data-epoch="${page.epoch}"]`)) row.classList.add("here");
}

function tableText(separator) {
  const quote = (value) => {
    const text = typeof value === "number" ? (Number.isFinite(value) ? String(value) : "") : value;
    const safe = typeof value === "string" && /^[=+\-@]/.test(text) ? `'${text}` : text; // no formulas in a spreadsheet
    return /["\t\n,]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  };
  const titles = table.columns.map((column) => column.title.replace("\n", " "));
  return [titles, ...shownRows().map((row) => row.cells)].map((cells) => cells.map(quote).join(separator)).join("\n") + "\n";
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = element("textarea", { style: "position:fixed;opacity:0" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

function listenTable() {
  byId("table-here").addEventListener("change", fillTable);
  byId("copy").addEventListener("click", async () => {
    await copyText(tableText("\t"));
    byId("copied").textContent = "copied";
    setTimeout(() => (byId("copied").textContent = ""), 2000);
  });
  byId("download").addEventListener("click", () => {
    const link = element("a", { download: "infoflow.csv", href: URL.createObjectURL(new Blob([tableText(",")], { type: "text/csv" })) });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
}
