"""Graphs of a few nodes in any order; the sum over all paths, path by path."""

NAMES = "abcdefgh"


def case(source):
    n = source.whole(2, 2 + source.cap)
    graph = {}
    for i in range(1, n):
        inputs = [(NAMES[source.whole(max(0, i - 3), i - 1)], source.choice([1.0, 2.0, -1.0, 3.0]))
                  for _ in range(source.whole(1, 2))]
        graph[NAMES[i]] = inputs
    names = source.generator.permutation(list(graph)).tolist()
    return {"graph": {name: graph[name] for name in names}, "last": NAMES[n - 1]}


def truth(graph, last):
    found = {}

    def walk(node, slope):
        found[node] = found.get(node, 0.0) + slope
        for source, along in graph.get(node, []):
            walk(source, slope * along)
    walk(last, 1.0)
    return found
