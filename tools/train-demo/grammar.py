"""Writes the corpus: seeded children's stories from the plots and their casts, one story per record.

    python grammar.py --out corpus.txt --stories 20000 --seed 7

Stories are separated by a line that holds only `%%`. The last 1000 are the validation set.
"""

import argparse
import random
import re

from cast import CASTS
from plots import PLOTS
from words import MORNINGS, NIGHTS, SIZES, TRAITS, WEATHER, WEATHER_WORD

SEPARATOR = "\n%%\n"
PRONOUNS = {"f": ("she", "her", "her", "herself"), "m": ("he", "him", "his", "himself")}
TIME = r"(day|morning|afternoon|evening|night)"


def cap(text):
    return text[:1].upper() + text[1:]


def choose(text, r):
    """Takes one way of every [a|b], innermost first."""
    while True:
        found = re.search(r"\[([^\[\]]*)\]", text)
        if not found:
            return text
        text = text[: found.start()] + r.choice(found.group(1).split("|")) + text[found.end():]


def polish(text):
    text = re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", text)
    return re.sub(r'((?:^|[.!?] |\."\s)"?)([a-z])', lambda m: m.group(1) + m.group(2).upper(), text)


def hero_words(cast):
    gender, kind, name = cast.hero.split()
    he, him, his, himself = PRONOUNS[gender]
    return {"h": name, "hk": kind, "he": he, "He": cap(he), "him": him, "his": his, "His": cap(his), "himself": himself}


def helper_words(r, cast, his, known):
    """How the helper is called, and how when first met."""
    gender, kind, name = cast.helper.split()
    if kind == "grown":
        kind, name = name, f"{his} {name}"
        intro = name
    elif kind == "old":
        kind, name, intro = name, f"the old {name}", f"an old {name}"
    elif kind == "the":
        kind, name, intro = name, f"the {name}", f"a {name}"
    elif known:
        intro = f"{his} friend {name}"
    else:
        intro = f"a {r.choice(TRAITS + SIZES)} {kind} named {name}"
    he, him, fhis, _ = PRONOUNS[gender]
    return {"f": name, "F": cap(name), "fi": intro, "fk": kind, "fhe": he, "fhim": him, "fhis": fhis, "went_up": "climbed up"}


def opening(r, kind, where, weather):
    """The first sentences, and whether they already say on which day it happens."""
    trait, size = r.choice(TRAITS), r.choice(SIZES)
    who = r.choice([f"a {size} {kind}", f"a {trait} {kind}", f"a {trait} little {kind}"])
    w, night = r.choice(WEATHER_WORD[weather]), weather == "night"
    woke = r.choice(NIGHTS if night else MORNINGS)
    moment = "night" if night else r.choice(["day", "morning"])
    lived = r.choice([f"{{He}} lived {where}.", f"{{h}} lived {where}."])
    plain = [f"Once upon a time, there was {who} named {{h}}. {lived}"] * 3 + [
        f"Once upon a time, {where}, there lived {who} named {{h}}.",
        f"Once upon a time, there lived {who} {where}. {{His}} name was {{h}}.",
        f"Once upon a time, there was {who} named {{h}} who lived {where}.",
        f"There was once {who} named {{h}}. {lived}",
        f"There was {who} named {{h}} who lived {where}.",
        f"{where} [there lived|there was] {who} named {{h}}.",
        f"[Long ago|A long time ago], {where}, there lived {who} named {{h}}.",
        f"{{h}} was {who} who lived {where}.",
        f"{who} named {{h}} lived {where}."]
    dated = [f"[One {w} {moment}|One {moment}], {who} named {{h}} {woke}. {lived}",
             f"It was a {w} {moment} {where}. {who} named {{h}} {woke}.",
             f"{r.choice(WEATHER[weather])} {who} named {{h}} {woke}. {lived}"]
    return (r.choice(dated), True) if r.random() < 0.2 else (r.choice(plain), False)


def write_story(r):
    name = r.choice(list(PLOTS))
    plot, cast = PLOTS[name], CASTS[name]
    weather = r.choice(plot["weather"])
    words = hero_words(cast)
    words |= helper_words(r, cast, words["his"], plot.get("known")) | dict(zip(("s1", "s2", "s3"), cast.places)) | cast.words
    words["hide_cap"] = cap(words.get("hide", ""))
    start, dated = opening(r, words["hk"], cast.place, weather)
    paragraphs = [[r.choice(step) for step in paragraph] for paragraph in plot["body"]]
    first = paragraphs[0][0]
    if dated:
        when = ["That night, ", "Later that night, "] if weather == "night" else ["That day, ", "Later that day, "]
        first = re.sub(rf"^(But )?[Oo]ne (spring |winter )?{TIME}, ", r.choice(when), first)
    elif r.random() < 0.35:
        first = re.sub(rf"\b([Oo]ne) (?={TIME})", rf"\1 {r.choice(WEATHER_WORD[weather])} ", first)
    paragraphs[0][0] = first
    paragraphs[0][:0] = [start, r.choice(cast.bridge)]
    if r.random() < 0.9:
        paragraphs[-1].append(r.choice(plot["morals"]))
    texts = []
    for steps in paragraphs:
        text = choose(" ".join(s for s in steps if s), r)
        for _ in range(2):  # words may hold words
            text = text.format(**words)
        texts.append(polish(re.sub(r" +", " ", text).strip()))
    return "\n\n".join(texts)


def write_corpus(stories, seed):
    r = random.Random(seed)
    seen = set()
    while len(seen) < stories:
        story = write_story(r)
        if story not in seen:
            seen.add(story)
            yield story


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--out", required=True)
    args.add_argument("--stories", type=int, default=20000)
    args.add_argument("--seed", type=int, default=7)
    args = args.parse_args()
    with open(args.out, "w", encoding="utf-8") as file:
        file.write(SEPARATOR.join(write_corpus(args.stories, args.seed)))


if __name__ == "__main__":
    main()
