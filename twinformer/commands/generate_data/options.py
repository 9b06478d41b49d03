"""The options that the modes share, and the endpoints that they describe."""

__all__ = ["OF_THE_MODEL", "add_judge_arguments", "add_model_arguments", "add_work_arguments",
           "judge_of", "model_of"]

# For add_judge_arguments, where a model writes as well
OF_THE_MODEL = ("the model's", "; left out, the model's where the server is the same")
NO_KEY_HERE = ("whoever lists the processes of this machine would see the key; put it into an "
               "environment variable, and name that one: --{} NAME")


def add_model_arguments(parser, temperature: float) -> None:
    """Who writes, and how."""
    parser.add_argument("--model", type=str, default="",
                        help="the model's name at its server, such as llama3")
    parser.add_argument("--endpoint", type=str, default="http://localhost:11434",
                        help="the model's server; the default is Ollama on this machine")
    parser.add_argument("--key_env", type=str, default="", metavar="NAME",
                        help="the environment variable that holds the key for the server")
    parser.hints["api_key"] = parser.hints["key"] = NO_KEY_HERE.format("key-env")
    parser.add_argument("--temperature", type=float, default=temperature,
                        help="of the model: higher is more varied; below 0, the server's own")
    parser.add_argument("--seed", type=int, default=123,
                        help="each request has a number that is added to it; below 0 the server "
                             "gets none")
    parser.add_argument("--max_tokens", type=int, default=1024,
                        help="the longest answer; what is cut off there is dropped. 0 leaves it "
                             "to the server")
    parser.add_argument("--longest_answer", type=int, default=4000,
                        help="how many characters an answer may have; longer ones are dropped")


def add_judge_arguments(parser, about: str, server: str, key: str = "") -> None:
    """Who judges, and where: what the server and its key are, left out."""
    parser.add_argument("--judge", type=str, default="", metavar="MODEL", help=about)
    parser.add_argument("--judge_endpoint", type=str, default="", metavar="URL",
                        help=f"the judge's server; left out, {server}")
    parser.hints.setdefault("api_key", NO_KEY_HERE.format("judge-key-env"))
    parser.add_argument("--judge_key_env", type=str, default="", metavar="NAME",
                        help="the environment variable that holds the key for the judge's server"
                             + key)
    parser.add_argument("--judge_temperature", type=float, default=0.0, metavar="X",
                        help="of the judge; below 0, the server's own")
    parser.add_argument("--judge_seed", type=int, default=123, metavar="N",
                        help="of the judge; below 0, none")


def add_work_arguments(parser, out: str) -> None:
    """How the work is done, and where it goes."""
    parser.add_argument("--out", type=str, default=out, metavar="FILE",
                        help="the file that is made: JSON lines, or a list in a .json file")
    parser.add_argument("--concurrency", type=int, default=4,
                        help="requests at the same time; the result does not depend on it")
    parser.add_argument("--protocol", choices=["auto", "openai", "ollama"], default="auto",
                        help="how to ask; auto takes Ollama's at port 11434, else OpenAI's")
    parser.add_argument("--patience", type=float, default=600.0,
                        help="seconds until an answer has to be there")
    parser.add_argument("--tries", type=int, default=6,
                        help="for each question, where the server is busy or the network fails")
    parser.add_argument("--pause", type=float, default=1.0,
                        help="seconds before the second try; doubled each time")


def model_of(arguments, tell):
    """The Endpoint that writes.

    Raises
    ------
    ValueError
        Where no model is named, or its address or key is none.
    """
    from ...endpoints.endpoint import Endpoint

    from ..server_key import key_from

    if not arguments.model:
        raise ValueError("which model is to write? --model NAME, such as --model llama3 of Ollama")
    if arguments.max_tokens < 0:
        raise ValueError("max_tokens must be 0 (the server's own) or more, got "
                         f"{arguments.max_tokens}")
    return Endpoint(
        arguments.endpoint, arguments.model, key=key_from(arguments.key_env),
        temperature=arguments.temperature if arguments.temperature >= 0 else None,
        seed=arguments.seed if arguments.seed >= 0 else None,
        max_tokens=arguments.max_tokens or None, **manners(arguments, tell))


def judge_of(arguments, log, tell):
    """The Judge, asked as by `twinformer evaluate judge`."""
    from ...endpoints.endpoint import Endpoint
    from ...evaluation.judge import Judge

    from ..server_key import key_from

    if not arguments.judge:
        raise ValueError("which model is to judge? --judge NAME, such as --judge llama3 of Ollama")
    at, key = arguments.judge_endpoint, arguments.judge_key_env
    own = getattr(arguments, "endpoint", "http://localhost:11434")
    if not at or at == own:
        at, key = own, key or getattr(arguments, "key_env", "")
    return Judge(Endpoint(
        at, arguments.judge, key=key_from(key),
        temperature=arguments.judge_temperature if arguments.judge_temperature >= 0 else None,
        seed=arguments.judge_seed if arguments.judge_seed >= 0 else None,
        **manners(arguments, tell)), log)


def manners(arguments, tell) -> dict:
    return {"protocol": arguments.protocol, "patience": arguments.patience,
            "tries": arguments.tries, "pause": arguments.pause, "tell": tell}
