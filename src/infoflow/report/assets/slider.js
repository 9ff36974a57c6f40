// The epoch slider: moves scatter, histogram, table and the cursors of all curves together.

function prepareSlider() {
  const slider = byId("epoch");
  const followed = page.index >= Number(slider.max);
  slider.max = Math.max(page.epochs.length - 1, 0);
  const kept = page.epochs.indexOf(page.epoch);
  page.index = followed || kept < 0 ? Number(slider.max) : kept;
  page.epoch = page.epochs.length ? page.epochs[page.index] : 0;
  slider.value = page.index;
  slider.disabled = page.epochs.length < 2;
  tellEpoch();
}

function tellEpoch() {
  byId("epoch-text").textContent = page.epochs.length ? `epoch ${page.epoch}` : "no epoch yet";
  byId("epoch").setAttribute("aria-valuetext", `epoch ${page.epoch}`);
}

/** Move everything to the epoch at `index` of the page's epochs. */
function goTo(index) {
  if (!page.epochs.length) return;
  page.index = Math.max(0, Math.min(page.epochs.length - 1, index));
  page.epoch = page.epochs[page.index];
  byId("epoch").value = page.index;
  tellEpoch();
  moveCursor("curves");
  movePlane();
  moveFrame();
  if (!byId("panel-measures").hidden) moveCursor("measures");
  moveTable();
}

function listenSlider() {
  let wanted = null;
  byId("epoch").addEventListener("input", (event) => {
    const waiting = wanted !== null;
    wanted = Number(event.target.value);
    if (waiting) return; // one step a frame is enough
    requestAnimationFrame(() => {
      const index = wanted;
      wanted = null;
      goTo(index);
    });
  });
  let timer = null;
  const stop = () => {
    clearInterval(timer);
    timer = null;
    byId("play").textContent = "▶";
  };
  byId("play").addEventListener("click", () => {
    if (timer) return stop();
    byId("play").textContent = "❚❚";
    if (page.index >= page.epochs.length - 1) goTo(0);
    timer = setInterval(() => (page.index >= page.epochs.length - 1 ? stop() : goTo(page.index + 1)), 180);
    return undefined;
  });
}
