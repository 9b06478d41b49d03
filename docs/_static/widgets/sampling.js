// From logits to a token: temperature, top-k, top-p, min-p. As generation/sampling.py does it.
(() => {
  const softmax = (x) => {
    const top = Math.max(...x);
    const e = x.map((score) => (score === -Infinity ? 0 : Math.exp(score - top)));
    const total = e.reduce((sum, one) => sum + one, 0);
    return e.map((one) => one / total);
  };
  // Keep the `count` largest; of equal ones those that come first.
  const largest = (x, count) => {
    const order = x.map((_, i) => i).sort((i, j) => x[j] - x[i] || i - j);
    const kept = new Set(order.slice(0, count));
    return x.map((_, i) => kept.has(i));
  };
  const cut = (x, kept) => x.map((score, i) => (kept[i] ? score : -Infinity));
  const topP = (x, share) => {
    if (share >= 1) return x.map(() => true);
    const ranked = softmax(x).sort((a, b) => b - a);
    let reached = 0;
    let size = 1;
    for (const p of ranked) {
      reached += p;
      if (reached < share) size += 1;
    }
    return largest(x, Math.min(size, x.length));
  };
  const minP = (x, share) => {
    const peak = Math.max(...x);
    return x.map((score) => share === 0 || score - peak >= Math.log(share));
  };
  const nextProbabilities = (logits, { temperature = 1, top_k = null, top_p = null, min_p = null }) => {
    const greedy = temperature === 0;
    const k = greedy ? 1 : top_k;
    const peak = Math.max(...logits);
    let x = logits.map((score) => (score - peak) / (greedy ? 1 : temperature));
    if (k !== null) x = cut(x, largest(logits, Math.min(k, logits.length)));
    if (top_p !== null) x = cut(x, topP(x, top_p));
    if (min_p !== null) x = cut(x, minP(x, min_p));
    return softmax(x);
  };
  const draw = (p, uniform) => {
    let end = 0;
    const total = p.reduce((sum, one) => sum + one, 0);
    for (let i = 0; i < p.length; i += 1) {
      end += p[i];
      if (end > uniform * total) return i;
    }
    return p.length - 1;
  };

  if (typeof module === "object") { module.exports = { nextProbabilities, draw }; return; }

  const WORDS = [["the", "a", "his", "my", "one", "that", "blue", "zebra"],
    ["今天", "明天", "他", "我们", "一", "那", "蓝色", "斑马"]];
  const LOGITS = [3.2, 2.9, 2.1, 1.8, 1.2, 0.9, -0.4, -2.5];

  Widget.define("sampling", {
    title: ["The next token: what temperature, top-k, top-p and min-p leave of it",
      "下一个词元：温度、top-k、top-p、min-p 之后还剩什么"],
    temperature: ["temperature", "温度"], off: ["off", "关"], draw: ["draw a token", "抽一个词元"],
    drawn: ["drawn: {}", "抽到：{}"], kept: ["{} tokens are left", "留下 {} 个词元"],
  }, (figure, say) => {
    const names = WORDS[figure.dataset.language === "zh" ? 1 : 0];
    const inputs = Widget.box(figure);
    const now = () => nextProbabilities(LOGITS, {
      temperature: temperature.value, top_k: k.value > 7 ? null : k.value,
      top_p: p.value >= 1 ? null : p.value, min_p: m.value === 0 ? null : m.value,
    });
    const update = () => {
      const shares = now();
      Widget.bars(bars, shares.map((share, i) => ({
        name: names[i], value: share, text: share.toFixed(3), kind: share > 0 ? "a" : "off",
      })), 1);
      says.textContent = Widget.fill(say("kept"), shares.filter((share) => share > 0).length);
    };
    const slider = (name, options) => Widget.slider(inputs, name, options, () => update());
    const temperature = slider(say("temperature"),
      { min: 0, max: 3, step: 0.1, value: 1, show: (x) => x.toFixed(1) });
    const k = slider("top-k", { min: 1, max: 8, step: 1, value: 8, show: (x) => (x > 7 ? say("off") : x) });
    const p = slider("top-p", { min: 0.05, max: 1, step: 0.05, value: 1,
      show: (x) => (x >= 1 ? say("off") : x.toFixed(2)) });
    const m = slider("min-p", { min: 0, max: 0.5, step: 0.05, value: 0,
      show: (x) => (x === 0 ? say("off") : x.toFixed(2)) });
    const bars = Widget.box(figure, "widget-bars");
    Widget.button(figure, say("draw"), () => {
      says.textContent = Widget.fill(say("drawn"), names[draw(now(), Math.random())]);
    });
    const says = Widget.live(figure);
    update();
  });
})();
