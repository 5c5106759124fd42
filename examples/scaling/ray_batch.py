"""Answers a data set with several engine servers, by Ray Data.

    pip install "ray[data]" pydantic aiohttp pandas
    engine serve MODEL --port 8081 &  engine serve MODEL --port 8082 &
    python ray_batch.py questions.jsonl answers.jsonl http://127.0.0.1:8081 http://127.0.0.1:8082

Each line of the input is {"question": ...}; each line of the output has "answer" and "replica" too.
"""

import json
import os
import sys

# Ray would copy the working folder to its workers and report usage; neither is wanted here.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

import ray
from ray.data.llm import HttpRequestProcessorConfig, build_processor


def body(row: dict, index: int) -> dict:
    return {
        "model": os.environ.get("MODEL", "demo"),
        "messages": [{"role": "user", "content": row["question"]}],
        "max_tokens": 24,
        "temperature": 0,
    }


def answer_with(url: str, rows: list[dict], index: int):
    """One replica's share, as a data set that is computed when it is read."""
    headers = {"Authorization": f"Bearer {os.environ.get('ENGINE_API_KEY', 'none')}"}
    config = HttpRequestProcessorConfig(
        url=f"{url}/v1/chat/completions",
        headers=headers,
        # Requests at once: as many as the server batches well.
        batch_size=16,
        concurrency=1,
        qps=None,
        # A replica that drains or is full answers 429 and 503.
        max_retries=5,
    )
    processor = build_processor(
        config,
        preprocess=lambda row: {**row, "payload": body(row, index)},
        postprocess=lambda row: {
            "question": row["question"],
            "order": row["order"],
            "answer": row["http_response"]["choices"][0]["message"]["content"],
            "replica": url,
        },
    )
    return processor(ray.data.from_items(rows))


def main(source: str, target: str, *urls: str) -> None:
    if not urls:
        raise SystemExit(__doc__)
    with open(source) as lines:
        rows = [{**json.loads(line), "order": i} for i, line in enumerate(lines)]
    ray.init(num_cpus=max(2, len(urls)), include_dashboard=False, log_to_driver=False)
    # Every replica has its share, all at once: their data sets are one union.
    shares = [answer_with(url, rows[i :: len(urls)], i) for i, url in enumerate(urls) if rows[i :: len(urls)]]
    answered = shares[0].union(*shares[1:]) if len(shares) > 1 else shares[0]
    with open(target, "w") as out:
        for row in sorted(answered.take_all(), key=lambda row: row["order"]):
            out.write(json.dumps({key: row[key] for key in ("question", "answer", "replica")}) + "\n")
    ray.shutdown()


if __name__ == "__main__":
    if len(sys.argv) < 4:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
