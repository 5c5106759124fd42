"""What a Python client makes of the servers, as one JSON object: python_clients.py openai|litellm ACTOR DEMO"""

import json
import os
import sys

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

MESSAGES = [{"role": "user", "content": "How is it?"}]
STORY = [{"role": "user", "content": "Tell me all of it."}]
TALE = [{"role": "user", "content": "Once upon a time"}]
SCHEMA = {
    "type": "object",
    "properties": {"hero": {"enum": ["Pip", "Luna"]}},
    "required": ["hero"],
    "additionalProperties": False,
}
FORMAT = {"type": "json_schema", "json_schema": {"name": "tale", "schema": SCHEMA, "strict": True}}
TOOLS = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]


def with_openai(actor: str, demo: str):
    """The calls of the client, and its class of errors about a model that is not there."""
    import openai

    def client(url: str):
        return openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0)

    actors, demos = client(actor), client(demo)
    return {
        "chat": lambda **more: actors.chat.completions.create(model="actor", **more),
        "tale": lambda **more: demos.chat.completions.create(model="demo", **more),
        "embed": lambda texts: demos.embeddings.create(model="demo", input=texts).data,
        "absent": lambda: actors.chat.completions.create(model="no", messages=MESSAGES),
    }, openai.NotFoundError, openai.BadRequestError


def with_litellm(actor: str, demo: str):
    import litellm

    def ask(url: str, model: str, **more):
        return litellm.completion(
            model=f"openai/{model}", api_base=f"{url}/v1", api_key="none", num_retries=0, max_retries=0, **more
        )

    return {
        "chat": lambda **more: ask(actor, "actor", **more),
        "tale": lambda **more: ask(demo, "demo", **more),
        "embed": lambda texts: litellm.embedding(
            model="openai/demo", api_base=f"{demo}/v1", api_key="none", input=texts
        ).data,
        "absent": lambda: ask(actor, "no", messages=MESSAGES),
    }, litellm.NotFoundError, litellm.BadRequestError


def pieces(stream) -> str:
    return "".join((chunk.choices[0].delta.content or "") for chunk in stream if chunk.choices)


def vector(item) -> list[float]:
    return item["embedding"] if isinstance(item, dict) else item.embedding


def refused(kind: type, call) -> str:
    try:
        call()
    except kind as error:
        return str(error)
    return "no error"


def main(package: str, actor: str, demo: str) -> None:
    calls, not_found, bad_request = {"openai": with_openai, "litellm": with_litellm}[package](actor, demo)
    whole = calls["chat"](messages=MESSAGES).choices[0]
    called = calls["chat"](messages=MESSAGES, tools=TOOLS).choices[0]
    held = calls["tale"](messages=TALE, max_tokens=60, seed=1, response_format=FORMAT)
    vectors = [vector(item) for item in calls["embed"](["a fox", "a hare", "a fox"])]
    long = [{"role": "user", "content": "Once upon a time. " * 400}]
    cut = calls["chat"](messages=STORY, stream=True)
    next(iter(cut))
    cut = getattr(cut, "completion_stream", cut)
    cut.close()
    found = {
        "chat": [whole.message.content, whole.finish_reason],
        "thought": whole.message.reasoning_content,
        "streaming": pieces(calls["chat"](messages=MESSAGES, stream=True)),
        "tools": [
            called.finish_reason,
            [[call.function.name, json.loads(call.function.arguments)] for call in called.message.tool_calls],
        ],
        "schema": json.loads(held.choices[0].message.content),
        "embeddings": [len(vectors), vectors[0] == vectors[2], vectors[0] == vectors[1], any(vectors[0])],
        "absent": refused(not_found, calls["absent"]),
        "long": refused(bad_request, lambda: calls["tale"](messages=long)),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
