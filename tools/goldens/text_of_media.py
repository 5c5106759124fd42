"""The text part of a multimodal golden: what its towers gave becomes embeddings that are given.

    python text_of_media.py GOLDEN_FOLDER OUT_FOLDER

Takes a golden whose golden.safetensors holds `image_embeds` and `audio_embeds` (rows as they enter the text model) and
leaves the towers' weights, inputs and traces behind. golden.json then lists `embeddings`: which tensor stands at which
place of the prompt. Rows of sound that the tower did not fill hold the padding the model gives them: its last id.
"""

import argparse
import json
import re
import shutil
from pathlib import Path

from safetensors import safe_open
from safetensors.torch import save_file

TOWERS = re.compile(r"(^|\.)(vision_tower|audio_tower|multi_modal_projector|soft_embedding_norm)\.")
KEPT = re.compile(r"^(logits|decode_logits|embed|final|layer\d+|image_embeds|audio_embeds)$")


def tensors_of(path: Path) -> dict:
    with safe_open(path, "pt") as held:
        return {name: held.get_tensor(name) for name in held.keys()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("golden", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    config = json.loads((args.golden / "config.json").read_text())
    golden = json.loads((args.golden / "golden.json").read_text())
    tensors = tensors_of(args.golden / "golden.safetensors")
    prompt = golden["prompt_ids"]
    given = []
    for kind in ("image", "audio"):
        name = f"{kind}_embeds"
        placeholder = config.get(f"{kind}_token_id", config.get(f"{kind}_token_index"))
        if name not in tensors or placeholder not in prompt:
            continue
        at = prompt.index(placeholder)
        count = prompt.count(placeholder)
        assert prompt[at : at + count] == [placeholder] * count, "one image, one sound"
        rows = len(tensors[name])
        given.append({"tensor": name, "at": at, "kind": "image" if kind == "image" else "sound"})
        for place in range(at + rows, at + count):
            prompt[place] = config["text_config"]["vocab_size"] - 1
    golden["embeddings"] = sorted(given, key=lambda one: one["at"])
    golden["tensors"] = {name: shape for name, shape in golden["tensors"].items() if not name.startswith("in.")}
    args.out.mkdir(parents=True, exist_ok=True)
    save_file({name: value for name, value in tensors.items() if KEPT.match(name)}, args.out / "golden.safetensors")
    (args.out / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")
    for name in ("config.json", "generation_config.json"):
        shutil.copyfile(args.golden / name, args.out / name)
    weights = {name: value for name, value in tensors_of(args.golden / "model.safetensors").items() if not TOWERS.search(name)}
    save_file(weights, args.out / "model.safetensors", metadata={"format": "pt"})


if __name__ == "__main__":
    main()
