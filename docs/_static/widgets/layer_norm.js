// LayerNorm's gradient, path by path: as LayerNorm.backward of layers/norm.py.
(() => {
  const mean = (x) => x.reduce((sum, one) => sum + one, 0) / x.length;
  const layerNorm = (x, weight, dy, eps = 1e-5) => {
    const centred = x.map((one) => one - mean(x));
    const rstd = 1 / Math.sqrt(mean(centred.map((c) => c * c)) + eps);
    const xHat = centred.map((c) => c * rstd);
    const g = dy.map((d, i) => d * weight[i]);
    const along = mean(g.map((one, i) => one * xHat[i]));
    const direct = g.map((one) => rstd * one);
    const viaMean = g.map(() => -rstd * mean(g));
    const viaVar = xHat.map((one) => -rstd * one * along);
    return { y: xHat.map((one, i) => one * weight[i]), direct, viaMean, viaVar,
      dx: direct.map((one, i) => one + viaMean[i] + viaVar[i]) };
  };

  if (typeof module === "object") { module.exports = { layerNorm }; return; }

  Widget.define("layer_norm", {
    title: ["LayerNorm's gradient: three paths add up", "LayerNorm 的梯度：三条路径相加"],
    asks: ["the loss asks for more of y", "损失希望增大 y"], direct: ["direct", "直接"],
    mean: ["through the mean", "经过均值"], variance: ["through the variance", "经过方差"],
    sums: ["The sum of dx is {}, that of dx times x̂ is {}", "dx 之和为 {}，dx 与 x̂ 的内积为 {}"],
    shift: ["add 1 to every x", "每个 x 都加 1"],
  }, (figure, say) => {
    const inputs = Widget.box(figure);
    const x = [2, 2, 6, 6].map((value, i) => Widget.slider(inputs, `x${i + 1}`,
      { min: -10, max: 10, step: 0.5, value }, () => update()));
    const which = Widget.slider(inputs, say("asks"), { min: 1, max: 4, step: 1, value: 1 },
      () => update());
    Widget.button(inputs, say("shift"), () => {
      for (const slider of x) slider.value = Math.min(10, slider.value + 1);
      update();
    });
    const boxes = ["direct", "mean", "variance", "dx"].map((key) => {
      figure.append(Widget.element("h4", { textContent: key === "dx" ? "dx" : say(key) }));
      return Widget.box(figure, "widget-bars");
    });
    const says = Widget.live(figure);
    const update = () => {
      const values = x.map((slider) => slider.value);
      const dy = values.map((_, i) => Number(i + 1 === which.value));
      const found = layerNorm(values, [1, 1, 1, 1], dy);
      const parts = [found.direct, found.viaMean, found.viaVar, found.dx];
      const most = Math.max(1e-9, ...parts.flat().map(Math.abs));
      parts.forEach((part, n) => Widget.bars(boxes[n], part.map((value, i) => ({
        name: `x${i + 1}`, value, text: value.toFixed(3), kind: "abdc"[n] })), most));
      const sum = found.dx.reduce((total, one) => total + one, 0);
      const along = found.dx.reduce((total, one, i) => total + one * found.y[i], 0);
      says.textContent = Widget.fill(say("sums"), Math.abs(sum).toFixed(6),
        Math.abs(along).toFixed(6));
    };
    update();
  });
})();
