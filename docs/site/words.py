"""The few words that the engine itself puts on a page, in both languages."""
__all__ = ["WORDS", "words"]

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "twinformer",
        "subtitle": "the book of the code",
        "language": "中文",
        "language_label": "本页的中文版",
        "untranslated": "",
        "chapters": "Chapters",
        "chapters_intro": "From what a language model is to how it is trained on many machines. "
                          "Every page takes about ten minutes to read and is a notebook that "
                          "runs.",
        "notebooks": "Notebooks",
        "pairs": "Side by side",
        "exercises": "Exercises",
        "reference": "Reference",
        "results": "Results",
        "source": "Source files",
        "source_intro": "Files of the repository that pages of this book refer to.",
        "files_in": "Files in",
        "at_repository": "this file in the repository",
        "download": "Download this notebook",
        "colab": "open it in Colab",
        "minutes": "min",
        "write": "write",
        "backward": "derive and write",
        "debug": "find the fault",
        "read": "read and reckon",
        "pair": "Both implementations, side by side",
        "made_by": "This page is kept in `{path}`. To make its tables again:",
    },
    "zh": {
        "title": "twinformer",
        "subtitle": "代码之书",
        "language": "English",
        "language_label": "this page in English",
        "untranslated": "本页尚无中文版，以下为英文原文。",
        "chapters": "章节",
        "chapters_intro": "从什么是语言模型讲起，直到如何在多台机器上训练它。每一页大约读十分钟，"
                          "并且本身就是一个可以运行的笔记本。",
        "notebooks": "笔记本",
        "pairs": "逐行对照",
        "exercises": "练习",
        "reference": "参考",
        "results": "结果",
        "source": "源文件",
        "source_intro": "本书各页引用到的仓库文件。",
        "files_in": "目录：",
        "at_repository": "在仓库中查看这个文件",
        "download": "下载这个笔记本",
        "colab": "在 Colab 中打开",
        "minutes": "分钟",
        "write": "编写",
        "backward": "推导并编写",
        "debug": "找出错误",
        "read": "阅读与计算",
        "pair": "逐行对照两份实现",
        "made_by": "本页保存在 `{path}` 中。重新得到其中表格的命令：",
    },
}


def words(language: str) -> dict[str, str]:
    return WORDS[language]
