// compare_within.js: how the layers of one model lie to each other.

function startWithin() {
  const { within } = DOC.compare;
  showSection("within", within.length > 0);
  if (!within.length) return;
  fill("within-lead", `The ${within[0].k} leading directions of every two matrices of a role, by the mean squared cosine of their principal angles; colours show z against random subspaces.`);
  const draw = () => fill("circuit-panels", within.map(withinMap));
  themed.push(draw);
  draw();
}

// withinMap draws one role and side, matrices against matrices.
function withinMap(s, id) {
  const names = s.labels.map((l) => l.replace(`.${s.role}`, "")); // L3, or L3.H7
  const side = s.side === "in" ? "what is read" : "what is written";
  return zGrid({
    id: `within-${id}`, title: `${s.role}, ${side}`, columns: names, rows: names, xAxis: s.role, yAxis: s.role,
    at: (x, y) => (x === y ? null : {
      z: (s.share[y][x] - s.mean) / s.sd, name: `${s.labels[y]} and ${s.labels[x]}`,
      lines: [`share ${number(s.share[y][x])}`, `by chance ${brief(s.mean)} ± ${brief(s.sd)}`, `z ${brief((s.share[y][x] - s.mean) / s.sd)}`],
      open: DOC.matrices.find((m) => m.label === s.labels[y]),
    }),
  });
}
