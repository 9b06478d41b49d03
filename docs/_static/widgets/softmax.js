// Softmax and temperature. The mathematics first; it is tested against the reference.
(() => {
  const softmax = (x, temperature = 1) => {
    const top = Math.max(...x);
    const e = x.map((score) => Math.exp((score - top) / temperature));
    const total = e.reduce((sum, one) => sum + one, 0);
    return e.map((one) => one / total);
  };
  const entropy = (p) => -p.reduce((sum, q) => sum + (q > 0 ? q * Math.log(q) : 0), 0);

  if (typeof module === "object") { module.exports = { softmax, entropy }; return; }

  Widget.define("softmax", {
    title: ["Softmax: move the scores, and the temperature that divides them",
      "softmax：移动各个分数，以及用来相除的温度"],
    score: ["score", "分数"], temperature: ["temperature", "温度"], share: ["share", "份额"],
    entropy: ["Entropy {}, of at most ln 4 = {}", "熵 {}，最大为 ln 4 = {}"],
    add: ["add 1 to every score", "每个分数都加 1"],
  }, (figure, say) => {
    const inputs = Widget.box(figure);
    const update = () => {
      const p = softmax(scores.map((slider) => slider.value), temperature.value);
      Widget.bars(bars, p.map((share, i) => ({
        name: `${say("share")} ${i + 1}`, value: share, text: share.toFixed(3), kind: "a",
      })), 1);
      says.textContent = Widget.fill(say("entropy"), entropy(p).toFixed(3), Math.log(4).toFixed(3));
    };
    const scores = [2, 1, 0, -1].map((value, i) => Widget.slider(inputs, `${say("score")} ${i + 1}`,
      { min: -5, max: 5, step: 0.1, value, show: (x) => x.toFixed(1) }, () => update()));
    const temperature = Widget.slider(inputs, say("temperature"),
      { min: 0.1, max: 5, step: 0.1, value: 1, show: (x) => x.toFixed(1) }, () => update());
    Widget.button(inputs, say("add"), () => {
      for (const slider of scores) slider.value = Math.min(5, slider.value + 1);
      update();
    });
    const bars = Widget.box(figure, "widget-bars");
    const says = Widget.live(figure);
    update();
  });
})();
