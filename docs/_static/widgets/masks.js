// Who may attend to whom: as visible() of layers/visibility.py.
(() => {
  const visible = (T, window = null, documents = null) => Array.from({ length: T }, (_, t) =>
    Array.from({ length: T }, (__, s) => s <= t && (window === null || s > t - window)
      && (documents === null || (documents[t] === documents[s] && documents[s] >= 0))));

  if (typeof module === "object") { module.exports = { visible }; return; }

  Widget.define("masks", {
    title: ["Who may attend to whom", "谁可以看谁"], length: ["positions", "位置数"],
    window: ["window", "窗口"], off: ["off", "关"],
    packed: ["two documents in one sequence", "一个序列里装两篇文档"],
    sees: ["query {} sees the keys {}", "查询 {} 看得见的键：{}"],
    pairs: ["{} of {} pairs", "{} 对看得见，共 {} 对"],
    caption: ["Rows are queries, columns are keys; ● = may attend", "行是查询，列是键；● 表示可以看"],
  }, (figure, say) => {
    const inputs = Widget.box(figure);
    const length = Widget.slider(inputs, say("length"), { min: 2, max: 12, step: 1, value: 8 },
      () => update());
    const window = Widget.slider(inputs, say("window"), { min: 1, max: 12, step: 1, value: 12,
      show: (x) => (x > 11 ? say("off") : x) }, () => update());
    const packed = Widget.checkbox(inputs, say("packed"), false, () => update());
    const table = Widget.element("table", { className: "widget-grid" });
    figure.append(table);
    const says = Widget.live(figure);
    const update = () => {
      const T = length.value;
      const documents = packed.checked ? Array.from({ length: T }, (_, t) => Number(t >= T / 2)) : null;
      const seen = visible(T, window.value > 11 ? null : window.value, documents);
      const head = Widget.element("tr", {}, Widget.element("td"), ...seen.map((_, s) =>
        Widget.element("th", { scope: "col", textContent: s })));
      table.replaceChildren(Widget.element("caption", { textContent: say("caption") }), head,
        ...seen.map((row, t) => {
          const name = Widget.element("th", { scope: "row", textContent: t });
          const cells = row.map((may, s) => Widget.element("td", {
            className: may ? `on-${documents ? documents[s] : 0}` : "", textContent: may ? "●" : "" }));
          const line = Widget.element("tr", { tabIndex: 0 }, name, ...cells);
          const tell = () => {
            says.textContent = Widget.fill(say("sees"), t,
              row.flatMap((may, s) => (may ? [s] : [])).join(", "));
          };
          line.addEventListener("focus", tell);
          line.addEventListener("mouseenter", tell);
          return line;
        }));
      const count = seen.flat().filter(Boolean).length;
      says.textContent = Widget.fill(say("pairs"), count, T * T);
    };
    update();
  });
})();
