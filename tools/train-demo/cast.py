"""Who plays in which plot, where, and with what.

Every plot has its own hero, helper, place and things. So few tokens fit into half an hour on one core that a
model does not learn to look up a name it read a page ago; but it does learn which name belongs to which tale.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Cast:
    hero: str  # "f girl Lily": gender, kind, name
    helper: str  # "m boy Tom", "m grown grandfather" for one of the family, "f old owl" for one without a name
    place: str
    bridge: tuple[str, ...]  # leads from the opening to the plot
    places: tuple[str, str, str] = ("", "", "")
    words: dict[str, str] = field(default_factory=dict)


CASTS = {
    "lost_toy": Cast("f girl Lily", "m boy Tom", "in a small village",
                     ("{h} loved to play with {his} red ball.", "Every day, {h} played with {his} red ball."),
                     ("the old well", "the wooden cart", "the apple tree"), {"o": "ball", "colour": "red", "obj": "red ball"}),
    "stuck_in_tree": Cast("m boy Ben", "f monkey Kiki", "in a house on a green hill",
                          ("{h} loved the wind.", "{h} loved to run in the wind."), words={"o": "kite", "obj": "yellow kite"}),
    "share_food": Cast("m rabbit Biscuit", "f mouse Dot", "in a sunny meadow",
                       ("{h} loved to eat.", "{h} was always hungry."), words={"food": "honey cake"}),
    "learn_skill": Cast("f duckling Poppy", "f old turtle", "near a calm pond",
                        ("{h} loved the water.", "{h} liked to look at the water."),
                        words={"skill": "swim", "past": "swam across the pond", "tip": "Kick slowly and take a deep breath",
                               "fail": "{He} kicked and splashed, but {he} could not move forward."}),
    "lost_on_the_way": Cast("f girl Rosa", "m old owl", "near a deep forest",
                            ("{h} loved to explore the forest.", "{h} liked to walk among the trees."),
                            words={"lure": "a pretty butterfly"}),
    "broken_thing": Cast("m boy Max", "f grown mother", "in a pretty town",
                         ("{h} loved to run and jump.", "{h} could never sit still."), words={"o": "vase", "obj": "blue vase"}),
    "new_friend": Cast("f girl Ella", "m boy Oscar", "in a busy town",
                       ("{h} had many friends.", "{h} loved to play with the other children."),
                       words={"game": "hide and seek", "good": "tell funny jokes"}),
    "seed": Cast("f girl Maya", "m grown grandfather", "in a house with a big garden",
                 ("{h} loved flowers.", "{h} loved to be in the garden."),
                 words={"plant": "sunflower", "seed": "seed", "pot": "the soft soil", "fruit": "a big yellow sunflower"}),
    "storm": Cast("m badger Bruno", "f squirrel Nutmeg", "under an old oak tree",
                  ("{h} had a very cozy home.", "{h} liked to be at home."),
                  words={"home": "a warm little house", "third": "a wet sparrow"}),
    "fear": Cast("m boy Leo", "f grown grandmother", "in a little house at the end of the road",
                 ("In the day, {h} was always brave.", "In the day, {h} was not afraid of anything."),
                 words={"fear": "the dark", "sign": "When the light went out, {he} hid under the blanket.",
                        "cure": "a small lantern", "truth": "The dark is only the day taking a rest",
                        "show": "looked up at the stars"}),
    "baby_bird": Cast("f girl Anna", "m cat Ginger", "on a small farm",
                      ("{h} loved all the animals.", "{h} liked to listen to the birds."), words={"nest": "the old pear tree"}),
    "quarrel": Cast("m kitten Spot", "m puppy Rusty", "on a busy farm",
                    ("{h} did not like to be alone.", "{h} loved to play all day."), words={"o": "drum", "obj": "green drum"}),
    "gift": Cast("f mouse Clover", "m mole Button", "in a quiet garden",
                 ("{h} liked to make people happy.", "{h} had a very good friend."),
                 words={"gift": "scarf", "made": "with soft wool"}),
    "race": Cast("m frog Moss", "f hedgehog Hazel", "near a blue lake",
                 ("{h} loved to run.", "{h} was the fastest of all {his} friends."),
                 words={"prize": "a golden cup", "goal": "the windmill"}),
    "magic_wish": Cast("f girl Nora", "m old goat", "in a green valley",
                       ("{h} believed in magic.", "{h} loved stories about magic."),
                       words={"magic": "lamp", "shine": "golden", "need0": "the river was dry and the animals were thirsty",
                              "need1": "I wish for rain for everyone",
                              "need2": "Soft rain began to fall and the river was full again"}),
    "stuck_in_mud": Cast("m hedgehog Pepper", "f rabbit Daisy", "in a wide valley",
                         ("{h} liked to help others.", "{h} was small, but {he} was strong."),
                         words={"big": "horse", "thing": "wagon"}),
    "messy_room": Cast("m boy Jack", "m grown father", "in a yellow house",
                       ("{h} had a lot of toys.", "{h} had more toys than anybody else."), words={"o": "boat", "obj": "blue boat"}),
    "snowman": Cast("f girl Zoe", "m boy Finn", "in a village in the mountains",
                    ("{h} loved the winter.", "{h} loved the snow."), words={"nose": "carrot", "hat": "an old hat"}),
    "baking": Cast("m boy Sam", "f grown aunt", "next to a bakery",
                   ("{h} loved sweet things.", "{h} loved to be in the kitchen."),
                   words={"cake": "cake", "miss": "the sugar", "good": "sweet"}),
    "dragon": Cast("f girl Ruby", "m the dragon", "at the foot of a high mountain",
                   ("{h} was not afraid of much.", "{h} always asked many questions."),
                   words={"col": "green", "why0": "I have a thorn in my foot", "why1": "pulled the thorn out"}),
    "bridge": Cast("m fox Pip", "f beaver Willow", "in a sunny forest",
                   ("{h} loved to find new places.", "{h} liked to follow the river."),
                   words={"other": "a field of ripe berries"}),
    "star": Cast("f girl Luna", "m grown uncle", "in a white house by the sea",
                 ("{h} loved to watch the stars.", "Every night, {h} looked at the stars."), words={"place2": "the tall grass"}),
    "stray": Cast("m boy Hugo", "f kitten Misty", "in a gray town",
                  ("{h} wished for a pet.", "More than anything, {h} wanted a pet."), words={"hide": "under a bench"}),
}
