"""The plots. A plot says in which weather it may happen, and how it goes; its cast is in cast.py.

A body is a list of paragraphs; a paragraph is a list of steps; a step is a list of ways to say it, of
which one is taken ("" leaves the step out). Inside a way, [a|b] takes one of the two and {x} is a word
of the story: {h} the hero, {he} {him} {his} the hero's pronouns, {f} the friend or helper, {fi} the
helper when first met, {fhe} {fhim} {fhis} the helper's pronouns. A capital ({He}, {F}) starts a sentence.
"""

from plots_friends import FRIENDS
from plots_growing import GROWING
from plots_troubles import TROUBLES

# The order is part of the seed: the generator draws a plot by its place here.
ORDER = """lost_toy stuck_in_tree share_food learn_skill lost_on_the_way broken_thing new_friend seed storm
fear baby_bird quarrel gift race magic_wish stuck_in_mud messy_room snowman baking dragon bridge
star stray""".split()
ALL = FRIENDS | GROWING | TROUBLES
PLOTS = {name: ALL[name] for name in ORDER}
