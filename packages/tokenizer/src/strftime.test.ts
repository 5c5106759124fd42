import { expect, it } from "vitest";
import { strftime } from "./strftime.ts";

// Expected strings from Python: datetime(2026, 3, 5, 14, 7, 9).strftime(...)
it.each([
  ["%Y-%m-%d", "2026-03-05"],
  ["%d %b %Y", "05 Mar 2026"],
  ["%A, %B %-d", "Thursday, March 5"],
  ["%a %H:%M:%S", "Thu 14:07:09"],
  ["%I:%M %p, %y", "02:07 PM, 26"],
  ["100%% %Q", "100% %Q"],
])("%s", (format, text) => {
  expect(strftime(new Date(2026, 2, 5, 14, 7, 9), format)).toBe(text);
});

it("counts hours as Python does around noon and midnight", () => {
  expect(strftime(new Date(2026, 0, 1, 0, 5), "%I %p")).toBe("12 AM");
  expect(strftime(new Date(2026, 0, 1, 12, 5), "%I %p")).toBe("12 PM");
});
