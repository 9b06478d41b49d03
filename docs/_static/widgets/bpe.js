// Byte-pair merges, one after the other. Tokens are strings of bytes, a sign each, so that they
// compare as bytes do. As learn_merges of text/bpe.py, ties included.
(() => {
  const bytes = (text) => Array.from(new TextEncoder().encode(text), (b) => String.fromCharCode(b));
  // A token's text; of a part of a character its bytes
  const shown = (token) => {
    const text = new TextDecoder().decode(Uint8Array.from(token, (c) => c.charCodeAt(0)));
    return text.includes("\ufffd")
      ? Array.from(token, (c) => c.charCodeAt(0).toString(16)).join(" ") : text.replaceAll(" ", "␣");
  };
  // {piece: how often}: a word with the space before it, as GPT-2 cuts a text
  const pieces = (text) => {
    const found = new Map();
    for (const piece of text.match(/ ?\S+/g) || []) found.set(piece, (found.get(piece) || 0) + 1);
    return found;
  };
  const begin = (text) => [...pieces(text)].map(([piece, count]) => ({ tokens: bytes(piece), count }));
  const commonest = (words) => {
    const counts = new Map();
    for (const { tokens, count } of words)
      for (let i = 0; i + 1 < tokens.length; i += 1) {
        const key = `${tokens[i]}\u0100${tokens[i + 1]}`;      // \u0100 is no byte
        counts.set(key, (counts.get(key) || 0) + count);
      }
    let best = null;
    for (const [key, count] of counts) {
      const [a, b] = key.split("\u0100");
      if (best === null || count > best.count || (count === best.count
          && (a > best.a || (a === best.a && b > best.b)))) best = { a, b, count };
    }
    return best;
  };
  const merge = (words, a, b) => words.map(({ tokens, count }) => {
    const made = [];
    for (let i = 0; i < tokens.length; i += 1)
      if (tokens[i] === a && tokens[i + 1] === b) { made.push(a + b); i += 1; } else made.push(tokens[i]);
    return { tokens: made, count };
  });
  const learn = (text, most, least = 2) => {
    let words = begin(text);
    const merges = [];
    while (merges.length < most) {
      const best = commonest(words);
      if (best === null || best.count < least) break;
      merges.push([best.a, best.b]);
      words = merge(words, best.a, best.b);
    }
    return { merges, words };
  };

  if (typeof module === "object") { module.exports = { learn, shown, pieces }; return; }

  Widget.define("bpe", {
    title: ["Byte-pair encoding: the commonest pair of neighbours becomes one token, again and again",
      "字节对编码：最常见的相邻一对合并成一个词元，一再重复"],
    text: ["text", "文本"], next: ["merge the next pair", "合并下一对"], back: ["one back", "退一步"],
    begin: ["from the beginning", "从头开始"],
    state: ["{} tokens, {} merges. ", "{} 个词元，已合并 {} 次。"],
    then: ["Next: {} + {}, {} times", "下一次：{} + {}，出现 {} 次"],
    end: ["No pair stands here twice.", "没有哪一对出现两次了。"],
    sample: ["low lower lowest slow slower slowest low slow", "learning to learn 学而时习之 学习 学习 learning"],
  }, (figure, say) => {
    const field = Widget.element("input", { type: "text", value: say("sample"), size: 48 });
    figure.append(Widget.element("label", { className: "widget-check" }, `${say("text")} `, field));
    let done = 0;
    const list = Widget.box(figure, "widget-tokens");
    const buttons = Widget.box(figure);
    const says = Widget.live(figure);
    const update = () => {
      const { merges, words } = learn(field.value, done);
      done = merges.length;
      const last = done ? merges[done - 1].join("") : null;
      const whole = new Map(words.map(({ tokens }) => [tokens.join(""), tokens]));
      const pieces = field.value.match(/ ?\S+/g) || [];
      let count = 0;
      list.replaceChildren(...pieces.flatMap((piece) => whole.get(bytes(piece).join("")).map((token) => {
        count += 1;
        return Widget.element("span", { className: token === last ? "token new" : "token",
          textContent: shown(token) });
      })));
      const next = commonest(words);
      says.textContent = Widget.fill(say("state"), count, done) + (next && next.count > 1
        ? Widget.fill(say("then"), shown(next.a), shown(next.b), next.count) : say("end"));
    };
    Widget.button(buttons, say("next"), () => { done += 1; update(); });
    Widget.button(buttons, say("back"), () => { done = Math.max(0, done - 1); update(); });
    Widget.button(buttons, say("begin"), () => { done = 0; update(); });
    field.addEventListener("input", () => { done = 0; update(); });
    update();
  });
})();
