"""The words that any story may use, whatever its plot."""

WEATHER = {
    "sunny": ["The sun was shining.", "The sky was blue and clear.", "It was warm and bright outside."],
    "windy": ["The wind was strong.", "The wind blew through the trees."],
    "rainy": ["It was raining.", "Rain fell from the gray sky.", "It had rained all morning."],
    "snowy": ["It was snowing.", "The snow was deep and white.", "Snow covered everything."],
    "foggy": ["The fog was thick.", "A gray fog covered everything."],
    "night": ["The moon was bright.", "The stars were shining."],
}
WEATHER_WORD = {"sunny": ["sunny", "bright", "warm"], "windy": ["windy"], "rainy": ["rainy", "wet"],
                "snowy": ["snowy", "cold"], "foggy": ["foggy"], "night": ["quiet", "clear"]}

TRAITS = "kind curious clever cheerful gentle happy".split()
SIZES = "little small young".split()
MORNINGS = ["woke up early", "looked out of the window", "was full of joy", "went outside"]
NIGHTS = ["could not sleep", "was looking out of the window", "was still awake"]
