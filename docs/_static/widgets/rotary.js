// Rotary positions: a query and a key, each turned by its position; as rotate() of layers/rotary.py,
// for one pair of features.
(() => {
  const frequencies = (dim, theta = 10000) =>
    Array.from({ length: dim / 2 }, (_, i) => theta ** (-2 * i / dim));
  const rotate = ([x1, x2], angle) => [x1 * Math.cos(angle) - x2 * Math.sin(angle),
    x1 * Math.sin(angle) + x2 * Math.cos(angle)];
  const score = (q, k, t, s, frequency) => {
    const [a, b] = rotate(q, t * frequency);
    const [c, d] = rotate(k, s * frequency);
    return a * c + b * d;
  };

  if (typeof module === "object") { module.exports = { frequencies, rotate, score }; return; }

  Widget.define("rotary", {
    title: ["Rotary positions: the score knows how far apart, not where",
      "旋转位置编码：分数只知道相距多远，不知道在哪里"],
    t: ["position of the query", "查询的位置"], s: ["position of the key", "键的位置"],
    pair: ["pair of features", "特征对"], q: ["query", "查询"], k: ["key", "键"],
    apart: ["{} apart: the score is {}", "相距 {}：分数为 {}"], both: ["move both by 1", "两者都后移 1"],
  }, (figure, say) => {
    const inputs = Widget.box(figure);
    const own = frequencies(8, 1000);
    const slide = (name, options) => Widget.slider(inputs, name, options, () => update());
    const t = slide(say("t"), { min: 0, max: 20, step: 1, value: 5 });
    const s = slide(say("s"), { min: 0, max: 20, step: 1, value: 2 });
    const pair = slide(say("pair"), { min: 0, max: 3, step: 1, value: 0,
      show: (i) => `${i}: ${own[i].toFixed(3)} rad` });
    Widget.button(inputs, say("both"), () => {
      if (t.value < 20 && s.value < 20) { t.value += 1; s.value += 1; }
      update();
    });
    const dial = Widget.box(figure, "widget-dial");
    const says = Widget.live(figure);
    const hand = (vector, kind, name) => `<line x1="0" y1="0" x2="${70 * vector[0]}" y2="${-70 * vector[1]}"
      class="hand-${kind}"/><text x="${86 * vector[0]}" y="${-86 * vector[1] + 4}">${name}</text>`;
    const update = () => {
      const frequency = own[pair.value];
      const q = rotate([1, 0], t.value * frequency);
      const k = rotate([1, 0], s.value * frequency);
      dial.innerHTML = `<svg viewBox="-110 -110 220 220" width="220" height="220" role="img"
        aria-label="${say("q")}, ${say("k")}"><circle r="72"/>${hand(k, "b", say("k"))}${hand(q, "a", say("q"))}</svg>`;
      says.textContent = Widget.fill(say("apart"), t.value - s.value,
        score([1, 0], [1, 0], t.value, s.value, frequency).toFixed(4));
    };
    update();
  });
})();
