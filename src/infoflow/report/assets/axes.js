// Geometry of the scatter: from coordinates of a layer to pixels, in two dimensions or turned in three.

/** A view that maps the ranges of all axes, at one common scale, onto a canvas. */
function makeCamera(ranges, dims, width, height) {
  const middle = ranges.map(([low, high]) => (low + high) / 2);
  const half = Math.max(...ranges.map(([low, high]) => (high - low) / 2), 1e-12);
  const size = (Math.min(width, height) / 2 - 34) * (dims === 3 ? 0.68 : 1) * scatter.zoom;
  const [sinA, cosA] = [Math.sin(scatter.azimuth), Math.cos(scatter.azimuth)];
  const [sinE, cosE] = [Math.sin(scatter.elevation), Math.cos(scatter.elevation)];
  const centre = [width / 2 + scatter.shift[0], height / 2 + scatter.shift[1]];
  const place =
    dims === 3
      ? (a, b, c) => {
          const along = -a * sinA + b * cosA;
          const near = a * cosA + b * sinA;
          return [centre[0] + size * along, centre[1] - size * (c * cosE - near * sinE), near * cosE + c * sinE];
        }
      : (a, b) => [centre[0] + size * a, centre[1] - size * b, 0];
  const unit = (value, axis) => (value - middle[axis]) / half;
  return { place, unit, half, middle, size };
}

/** Round numbers between two ends, about `count` of them. */
function ticks(low, high, count) {
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= raw) * power;
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const values = [];
  for (let value = Math.ceil(low / step) * step; value <= high + step * 1e-9; value += step) values.push(value);
  return values.map((value) => [value, value.toFixed(Math.min(digits, 6)).replace(/^-(0\.?0*)$/, "$1")]);
}

function drawFlatAxes(context, camera, ranges, names, width, height) {
  context.strokeStyle = gridColour();
  context.fillStyle = quietColour();
  context.textAlign = "center";
  for (const axis of [0, 1]) {
    const reach = (axis === 0 ? width : height) / 2 / camera.size;
    const offset = (axis === 0 ? -scatter.shift[0] : scatter.shift[1]) / camera.size;
    const ends = [offset - reach, offset + reach].map((share) => camera.middle[axis] + share * camera.half);
    const marks = names[axis] === "class" ? [] : ticks(...ends, axis === 0 ? 6 : 5);
    for (const [value, text] of marks) {
      const [x, y] = camera.place(...(axis === 0 ? [camera.unit(value, 0), 0] : [0, camera.unit(value, 1)]));
      context.beginPath();
      if (axis === 0) context.moveTo(x, 0), context.lineTo(x, height - 32);
      else context.moveTo(44, y), context.lineTo(width, y);
      if (axis === 0 ? x > 44 : y < height - 32) context.stroke();
      if (axis === 0 && x > 52) context.fillText(text, x, height - 18);
      if (axis === 1 && y < height - 36 && y > 8) context.fillText(text, 24, y + 4);
    }
  }
  context.fillStyle = textColour();
  context.fillText(names[0], width / 2, height - 3);
  context.save();
  context.translate(10, height / 2 - 16);
  context.rotate(-Math.PI / 2);
  context.fillText(names[1], 0, 0);
  context.restore();
}

function drawCube(context, camera, ranges, names) {
  const ends = ranges.map((range, axis) => range.map((value) => camera.unit(value, axis)));
  const corner = (i, j, k) => camera.place(ends[0][i], ends[1][j], ends[2][k]);
  context.strokeStyle = isDark() ? "#4a535d" : "#c3cad2";
  const edge = (from, to) => {
    context.beginPath();
    context.moveTo(from[0], from[1]);
    context.lineTo(to[0], to[1]);
    context.stroke();
  };
  for (const i of [0, 1])
    for (const j of [0, 1]) {
      edge(corner(0, i, j), corner(1, i, j));
      edge(corner(i, 0, j), corner(i, 1, j));
      edge(corner(i, j, 0), corner(i, j, 1));
    }
  context.textAlign = "center";
  for (const axis of [0, 1, 2]) labelEdge(context, camera, ends, ranges[axis], names[axis], axis);
}

/** Write an axis' name and ends along the edge of the cube that lies lowest, or for the third axis leftmost. */
function labelEdge(context, camera, ends, range, name, axis) {
  const others = [0, 1, 2].filter((one) => one !== axis);
  const at = (share, i, j) => {
    const place = [];
    place[axis] = ends[axis][0] + share * (ends[axis][1] - ends[axis][0]);
    place[others[0]] = ends[others[0]][i];
    place[others[1]] = ends[others[1]][j];
    return camera.place(...place);
  };
  const edges = [[0, 0], [0, 1], [1, 0], [1, 1]].map(([i, j]) => [at(0.05, i, j), at(0.5, i, j), at(0.95, i, j)]);
  const rank = axis === 2 ? (edge) => edge[1][0] : (edge) => -edge[1][1];
  const [from, middle, to] = edges.reduce((best, edge) => (rank(edge) < rank(best) ? edge : best));
  const centre = camera.place(0, 0, 0);
  const out = (point, by) => {
    const [dx, dy] = [middle[0] - centre[0], middle[1] - centre[1]];
    const length = Math.hypot(dx, dy) || 1;
    return [point[0] + (by * dx) / length, point[1] + (by * dy) / length + 4];
  };
  context.fillStyle = quietColour();
  for (const [point, value] of [[from, range[0]], [to, range[1]]]) context.fillText(value.toPrecision(2), ...out(point, 13));
  context.fillStyle = textColour();
  context.fillText(name, ...out(middle, axis === 2 ? 30 : 22));
}
