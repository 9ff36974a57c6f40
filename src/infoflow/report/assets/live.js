// A live page hears of new records from its server and redraws; nothing is loaded again.

function listenLive() {
  if (!page.live) return;
  const source = new EventSource(`events?since=${encodeURIComponent(page.live.version)}`);
  source.addEventListener("snapshot", (event) => {
    page.connection = null;
    takeIn(JSON.parse(event.data));
    drawAll();
  });
  source.addEventListener("open", () => {
    page.connection = null;
    drawStatus();
  });
  source.addEventListener("error", () => {
    page.connection = "no connection to the server; trying again";
    drawStatus();
  });
}
