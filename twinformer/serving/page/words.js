// What the page says, in two languages. The language is remembered; at first it is the browser's.
const WORDS = {
  en: {
    theme: "light or dark", views: "views", chat: "Chat", tokens: "Tokens", next: "Next token",
    attention: "Attention", run: "Training", classify: "Classify", other: "中文",
    system: "system message", ask: "your question", send: "Send", stop: "Stop", retry: "Again",
    clear: "New talk", save: "Save", load: "Load", temperature: "temperature", length: "tokens at most",
    seed: "seed", you: "you", model: "model", stopped: "(stopped)",
    tokensHint: "Write; the tokens appear as you do. Point at one to see its number and its bytes.",
    text: "text", same: "The reference (by hand) and the twin (tiktoken) give the same ids.",
    differ: "The two implementations give different ids!", alone: "Only one implementation is here.",
    counts: (t, c, b) => `${t} tokens, ${c} characters, ${b} bytes`,
    id: "id", bytes: "bytes", nextHint: "What may come next, and how likely it is. Choose one to go on with it.",
    rest: "all others", entropy: (e) => `entropy ${e.toFixed(2)} nats: as uncertain as ${Math.exp(e).toFixed(1)} equally likely tokens`,
    undo: "Undo", end: "end of text", attentionHint: "Each row is a token; the darker a square, the more it looks at that column's token. Choose a head to see it large.",
    point: "Point at a square to see its weight.", table: "As a table",
    draw: "Draw", layer: "layer", head: "head", largest: "looks most at",
    runHint: "Loss of each training step, and on the validation split. It is read anew every five seconds.",
    step: "step", loss: "loss (nats)", validation: "validation", training: "training",
    nothing: "There is nothing to see yet.", samples: "Samples", judge: "Classify",
    parameters: (n) => `${n.toLocaleString("en")} parameters`, key: "This server asks for an API key:",
    lost: "The server cannot be reached. What was said is still here.",
  },
  zh: {
    theme: "浅色或深色", views: "视图", chat: "对话", tokens: "词元", next: "下一个词元",
    attention: "注意力", run: "训练", classify: "分类", other: "English",
    system: "系统消息", ask: "你的问题", send: "发送", stop: "停止", retry: "重答",
    clear: "新对话", save: "保存", load: "载入", temperature: "温度", length: "最多词元数",
    seed: "种子", you: "你", model: "模型", stopped: "（已停止）",
    tokensHint: "边写边看词元。指向一个词元，可看它的编号和字节。",
    text: "文本", same: "参考实现（手写）与孪生实现（tiktoken）给出的编号相同。",
    differ: "两个实现给出的编号不同！", alone: "这里只有一个实现。",
    counts: (t, c, b) => `${t} 个词元，${c} 个字符，${b} 个字节`,
    id: "编号", bytes: "字节", nextHint: "接下来可能是什么，各有多大可能。选一个，就沿着它写下去。",
    rest: "其余全部", entropy: (e) => `熵 ${e.toFixed(2)} 奈特：相当于 ${Math.exp(e).toFixed(1)} 个同样可能的词元`,
    undo: "撤销", end: "文本结束", attentionHint: "每行是一个词元；格子越深，它越关注那一列的词元。选一个头，可放大来看。",
    point: "指向一个格子，可看它的权重。", table: "以表格显示",
    draw: "绘制", layer: "层", head: "头", largest: "最关注",
    runHint: "每个训练步的损失，以及验证集上的损失。每五秒重新读取。",
    step: "步", loss: "损失（奈特）", validation: "验证", training: "训练",
    nothing: "还没有可看的内容。", samples: "样本", judge: "分类",
    parameters: (n) => `${n.toLocaleString("zh")} 个参数`, key: "此服务器需要 API 密钥：",
    lost: "连不上服务器。说过的话都还在这里。",
  },
};

const stored = localStorage.getItem("language");
export let language = stored || (navigator.language.startsWith("zh") ? "zh" : "en");

export function setLanguage(chosen) {
  language = chosen;
  localStorage.setItem("language", chosen);
  document.documentElement.lang = chosen === "zh" ? "zh-CN" : "en";
}

export function say(name, ...rest) {
  const words = WORDS[language][name];
  return typeof words === "function" ? words(...rest) : words;
}
