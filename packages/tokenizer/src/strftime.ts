const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/**
 * Python's strftime in the C locale, for the directives chat templates use; an unknown one is left as it is.
 * English whatever the machine's language: the names go into a prompt the model was trained on.
 */
export function strftime(date: Date, format: string): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const hour12 = date.getHours() % 12 || 12;
  const directives: Record<string, () => string> = {
    "%": () => "%",
    A: () => DAYS[date.getDay()]!,
    B: () => MONTHS[date.getMonth()]!,
    H: () => two(date.getHours()),
    I: () => two(hour12),
    M: () => two(date.getMinutes()),
    S: () => two(date.getSeconds()),
    Y: () => String(date.getFullYear()),
    a: () => DAYS[date.getDay()]!.slice(0, 3),
    b: () => MONTHS[date.getMonth()]!.slice(0, 3),
    d: () => two(date.getDate()),
    m: () => two(date.getMonth() + 1),
    p: () => (date.getHours() < 12 ? "AM" : "PM"),
    y: () => two(date.getFullYear() % 100),
  };
  return format.replace(/%(-?)([%A-Za-z])/g, (whole, dash: string, letter: string) => {
    const text = directives[letter]?.();
    if (text === undefined) return whole;
    return dash === "" ? text : text.replace(/^0(?=\d)/, "");
  });
}
