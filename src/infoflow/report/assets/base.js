// Elements, colours and the axis of epochs, shared by all panels.

const byId = (id) => document.getElementById(id);

/** Make an element; texts become text nodes, never markup. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") made.className = value;
    else if (name === "onclick") made.addEventListener("click", value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child !== null) made.append(child);
  return made;
}

/** A text that plotly, which reads a few tags and %{fields}, shows as it is. */
function plain(text) {
  return String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/%\{/g, "%\u200b{");
}

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

// Okabe and Ito's colours, ordered so that neighbours differ in lightness too; on black, its black is white.
const COLOURS = {
  light: ["#0072B2", "#E69F00", "#000000", "#56B4E9", "#D55E00", "#009E73", "#CC79A7", "#8C6D00", "#5B4B8A", "#7F7F7F"],
  dark: ["#56B4E9", "#E69F00", "#F2F2F2", "#3D8FD1", "#F0783C", "#2FBF91", "#E39AC4", "#D9C65A", "#A99BDB", "#A0A0A0"],
};
const MARKERS = ["circle", "square", "triangle-up", "diamond", "triangle-down", "cross", "x"];
const DASHES = ["solid", "dash", "dashdot", "6px,2px,1px,2px,1px,2px", "dot", "longdash", "longdashdot"];

const colour = (index) => COLOURS[isDark() ? "dark" : "light"][index % 10];
const textColour = () => (isDark() ? "#e6e8eb" : "#1b1f24");
const quietColour = () => (isDark() ? "#9aa4af" : "#59636e");
const gridColour = () => (isDark() ? "#2f353c" : "#e4e7eb");
const panelColour = () => (isDark() ? "#1d2126" : "#ffffff");

function faded(hex, alpha) {
  const part = (start) => parseInt(hex.slice(start, start + 2), 16);
  return `rgba(${part(1)},${part(3)},${part(5)},${alpha})`;
}

/** Where an epoch stands: on a logarithmic axis epoch 0, the untrained network, is half a decade left of epoch 1. */
function position(epoch) {
  if (!page.log) return epoch;
  return epoch < 1 ? -0.5 : Math.log10(epoch);
}

function epochAxis(last) {
  const axis = { title: { text: "epoch", standoff: 6 } };
  if (!page.log) return { ...axis, range: [-0.03 * Math.max(last, 1), 1.03 * Math.max(last, 1)] };
  const powers = [...Array(Math.floor(Math.log10(Math.max(last, 1))) + 1).keys()];
  return {
    ...axis,
    tickvals: [-0.5, ...powers],
    ticktext: ["init.", ...powers.map((power) => String(10 ** power))],
    range: [-0.62, Math.max(Math.log10(Math.max(last, 1)), 0.2) + 0.06],
  };
}

function plotLayout(extra) {
  const axes = Object.fromEntries(
    Object.entries(extra)
      .filter(([name]) => /^[xy]axis/.test(name))
      .map(([name, axis]) => [
        name,
        { gridcolor: gridColour(), linecolor: quietColour(), zeroline: false, automargin: true, ...axis },
      ]),
  );
  return {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: textColour(), size: 12, family: 'system-ui, "Segoe UI", Roboto, sans-serif' },
    margin: { l: 56, r: 16, t: 28, b: 44 },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: quietColour(), activecolor: textColour() },
    hoverlabel: { bgcolor: panelColour(), bordercolor: quietColour(), font: { color: textColour(), size: 12 } },
    uirevision: "keep",
    ...extra,
    ...axes,
  };
}

const PLOT_CONFIG = { responsive: true, displaylogo: false, modeBarButtonsToRemove: ["select2d", "lasso2d"] };

const isNarrow = () => innerWidth < 700;

function fixed(value, digits = 3) {
  if (!Number.isFinite(value)) return "";
  const text = Math.abs(value) < 1000 ? value.toFixed(digits) : value.toExponential(2);
  return Number(text) === 0 ? (0).toFixed(digits) : text;
}

function clock(seconds) {
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** Fill a select with [value, label] pairs, keeping its choice where that is still there. */
function fillSelect(select, options) {
  const wanted = JSON.stringify(options);
  if (select.dataset.options === wanted) return;
  const before = select.value;
  select.dataset.options = wanted;
  select.replaceChildren(...options.map(([value, label]) => element("option", { value }, label)));
  if (options.some(([value]) => String(value) === before)) select.value = before;
}
