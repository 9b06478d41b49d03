// A list of [TeX, is it displayed] as JSON comes in, a list of {html} or {error} goes out.
// Run by docs/site/extension/mathematics.py: node render_math.js PATH_OF_KATEX
const katex = require(process.argv[2]);

let text = "";
process.stdin.setEncoding("utf8").on("data", (part) => { text += part; }).on("end", () => {
  const answers = JSON.parse(text).map(([tex, displayMode]) => {
    try {
      return { html: katex.renderToString(tex, { displayMode, strict: false }) };
    } catch (error) {
      return { error: error.message };
    }
  });
  process.stdout.write(JSON.stringify(answers));
});
